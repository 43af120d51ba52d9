"""The Django admin. Pages show and ask; every write goes through the services of orgs, contacts and interviews."""
