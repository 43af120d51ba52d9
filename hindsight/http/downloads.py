from django.http import StreamingHttpResponse


class Download(StreamingHttpResponse):
    """May be too large for the memory. The Content-Length shows clients whether it is complete."""
