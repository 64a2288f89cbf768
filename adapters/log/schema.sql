-- The log itself. Only ever added to: no role may change or remove a row, and a trigger stops those who could.
CREATE TABLE IF NOT EXISTS log_identity (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  log_id     uuid NOT NULL,
  partitions integer NOT NULL CHECK (partitions > 0)
);

CREATE TABLE IF NOT EXISTS log (
  partition   integer NOT NULL,
  seq         bigint NOT NULL,
  hash        bytea NOT NULL,
  record      bytea NOT NULL,
  appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (partition, seq)
);
ALTER TABLE log ALTER COLUMN record SET STORAGE EXTERNAL;

CREATE OR REPLACE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER log_keeps_its_rows BEFORE UPDATE OR DELETE ON log
  FOR EACH ROW EXECUTE FUNCTION log_is_append_only();
CREATE OR REPLACE TRIGGER log_is_never_emptied BEFORE TRUNCATE ON log
  FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only();
CREATE OR REPLACE TRIGGER log_identity_stays BEFORE UPDATE OR DELETE ON log_identity
  FOR EACH ROW EXECUTE FUNCTION log_is_append_only();
CREATE OR REPLACE TRIGGER log_identity_is_never_emptied BEFORE TRUNCATE ON log_identity
  FOR EACH STATEMENT EXECUTE FUNCTION log_is_append_only();

-- Roles belong to the whole server: another database may make this one at the same time.
-- Where it stands already, whoever migrates needs no right to make roles.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'atende_log') THEN
    CREATE ROLE atende_log NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    BEGIN
      EXECUTE format('GRANT atende_log TO %I', current_user);
    EXCEPTION WHEN insufficient_privilege THEN NULL;  -- somebody has granted it, or connecting will say so
    END;
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO atende_log', current_schema());
END $$;
GRANT SELECT, INSERT ON log TO atende_log;
GRANT SELECT ON log_identity TO atende_log;

-- The index: derived from the log, disposable, rebuilt at any time, never backed up.
CREATE TABLE IF NOT EXISTS event (
  partition  integer NOT NULL,
  ordinal    bigint NOT NULL,
  stream     text NOT NULL,
  version    bigint NOT NULL,
  type       text NOT NULL,
  schema     integer NOT NULL,
  at         timestamptz NOT NULL,
  body       json NOT NULL,
  command_id uuid,
  seq        bigint NOT NULL,
  PRIMARY KEY (partition, ordinal),
  UNIQUE (stream, version)
);

CREATE TABLE IF NOT EXISTS commit (
  partition     integer NOT NULL,
  seq           bigint NOT NULL,
  "offset"      bigint NOT NULL,
  first_ordinal bigint NOT NULL,
  n             integer NOT NULL,
  hash          bytea NOT NULL,
  PRIMARY KEY (partition, seq)
);

CREATE TABLE IF NOT EXISTS command (
  partition  integer NOT NULL,
  command_id uuid NOT NULL,
  ordinal    bigint NOT NULL,  -- where the partition stood after it
  outcome    json NOT NULL,
  PRIMARY KEY (command_id, partition)
);

-- How far applications of the eventsourcing library have come in each other, as their records say.
CREATE TABLE IF NOT EXISTS tracking (
  application_name text PRIMARY KEY,
  notification_id  bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS mark (
  partition integer PRIMARY KEY,
  "offset"  bigint NOT NULL,
  seq       bigint NOT NULL,
  hash      bytea NOT NULL,
  ordinal   bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS snapshot (
  stream  text NOT NULL,
  fold    integer NOT NULL,  -- the fold's version
  version bigint NOT NULL,
  state   json NOT NULL,
  PRIMARY KEY (stream)
);

-- How far policies and couriers have come. Not disposable: copied with the log.
CREATE TABLE IF NOT EXISTS bookmark (
  follower  text NOT NULL,
  partition integer NOT NULL,
  "offset"  bigint NOT NULL,
  seq       bigint NOT NULL,
  hash      bytea NOT NULL,
  ordinal   bigint NOT NULL,
  PRIMARY KEY (follower, partition)
);

CREATE TABLE IF NOT EXISTS parked (
  follower  text NOT NULL,
  partition integer NOT NULL,
  ordinal   bigint NOT NULL,
  stream    text NOT NULL,
  version   bigint NOT NULL,
  type      text NOT NULL,
  reason    text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (follower, partition, ordinal)
);
CREATE INDEX IF NOT EXISTS parked_stream ON parked (follower, stream);
