"""The figures of a refusal's sentence, for a reader of any language."""

Facts = dict[str, str | int]
"""`say` names the sentence; the others fill its places: fen end in `_fen`, `rule` is a source, `check` a check."""
