from django.http import StreamingHttpResponse


class Download(StreamingHttpResponse):
    """May be too large for the memory. A client sees by the end of the chunks whether it is complete."""
