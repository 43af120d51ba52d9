from django.http import StreamingHttpResponse


class Download(StreamingHttpResponse):
    """A response that may be too large for the memory. Its Content-Length shows clients whether it is complete."""
