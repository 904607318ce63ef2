-- Runs once, on an empty PostgreSQL: a database and a role for each service, which sees no other.
\set profile_password `cat /run/secrets/database/profile-password`
\set report_password `cat /run/secrets/database/report-password`

CREATE ROLE dossier_profile LOGIN PASSWORD :'profile_password';
CREATE DATABASE dossier_profile OWNER dossier_profile TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
REVOKE ALL ON DATABASE dossier_profile FROM PUBLIC;

CREATE ROLE dossier_report LOGIN PASSWORD :'report_password';
CREATE DATABASE dossier_report OWNER dossier_report TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
REVOKE ALL ON DATABASE dossier_report FROM PUBLIC;
