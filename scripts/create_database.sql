-- Creates the roles and the database of compose.yaml. The image of PostgreSQL runs it as the superuser, when the volume is
-- empty. docs/operations.md, "Deploy" and "Two database roles", has the same statements.
\getenv owner_password OWNER_PASSWORD
\getenv web_password WEB_PASSWORD
CREATE ROLE hindsight LOGIN PASSWORD :'owner_password';
CREATE ROLE hindsight_web LOGIN PASSWORD :'web_password';
CREATE DATABASE hindsight OWNER hindsight;
\connect hindsight
CREATE EXTENSION pg_trgm;
