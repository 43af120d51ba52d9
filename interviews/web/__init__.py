"""The contact's page: one interview, found by the token in its link. It takes steps by interviews.services alone."""
