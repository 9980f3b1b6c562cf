"""Yandex YML: the product feed of the Russian web. `reader` takes feeds in, `writer` makes ours."""
