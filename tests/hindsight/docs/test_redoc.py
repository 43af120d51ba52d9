"""The script of the API reference."""

import gzip
import re

from django.test import Client

from hindsight.docs.redoc import LOGO


def test_the_script_loads_nothing_from_another_host() -> None:
    plain = Client().get("/api/redoc.js")
    compressed = Client().get("/api/redoc.js", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.content) == plain.content
    assert len(compressed.content) < len(plain.content) / 2
    assert LOGO not in plain.content.decode()
    assert not re.findall(r'src:"https?://', plain.content.decode())
    assert plain.headers["Cache-Control"] == "public, max-age=86400"
