"""How good the answers are: measures, reports, plots."""
