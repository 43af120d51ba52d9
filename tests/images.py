"""Small images of each type."""

from io import BytesIO

from PIL import Image


def image(kind: str, size: tuple[int, int] = (40, 20), color: str = "#7a1fa2", **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, kind, **options)
    return out.getvalue()


PNG = image("PNG")
GREEN_PNG = image("PNG", color="#1b6b5f")
