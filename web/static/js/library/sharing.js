// The dialog in which the owner of a collection says who else may ask it.

import {find} from "../page/dom.js";

const names = (box) => box.value.split("\n").filter((line) => line.trim());

// Shows the owner and the readers, who may be changed. `save` is given the readers and gives what the server answers:
// an `error` is shown in the dialog, which stays; of anything else `done` is told when it has closed.
export function askReaders({owner, users, groups}, save, done) {
  const dialog = find("#sharing");
  const [userBox, groupBox] = [find("#sharing-users"), find("#sharing-groups")];
  const trouble = dialog.querySelector(".trouble");
  dialog.querySelector(".owner").textContent = owner;
  userBox.value = users.join("\n");
  groupBox.value = groups.join("\n");
  trouble.textContent = "";
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const answer = await save({users: names(userBox), groups: names(groupBox)});
    if (answer.error) {
      trouble.textContent = answer.error;
      return;
    }
    dialog.close();
    done(answer);
  };
  dialog.showModal();
  userBox.focus();
}
