"""Staff's pages. They all live here, in the uppermost room: an org's page onboards it, a contact's shows interviews.

Pages only show and ask; what they write goes through the services.
"""

from interviews.admin import api_keys, contacts, interview_requests, interview_types, orgs

__all__ = ["api_keys", "contacts", "interview_requests", "interview_types", "orgs"]
