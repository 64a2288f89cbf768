-- The key store. Its own database: never in the dumps of the log, and its own backups are kept for 7 days.
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- A key of a week; `wrapped` under the master key, which is a setting and never here.
CREATE TABLE IF NOT EXISTS epoch (
  epoch   integer PRIMARY KEY,  -- days since year 1, divided by 7
  wrapped bytea NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);

-- `wrapped` under the epoch's key, tied to subject, class and fingerprint.
CREATE TABLE IF NOT EXISTS data_key (
  subject     uuid NOT NULL,
  class       text NOT NULL,
  generation  integer NOT NULL,
  fingerprint text NOT NULL UNIQUE,
  epoch       integer NOT NULL REFERENCES epoch,
  wrapped     bytea NOT NULL,
  made_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, class, generation)
);
CREATE INDEX IF NOT EXISTS data_key_epoch ON data_key (epoch);

-- No key may be made for these any more.
CREATE TABLE IF NOT EXISTS fence (
  subject  uuid PRIMARY KEY,
  at       timestamptz NOT NULL,
  article  text NOT NULL,
  protocol text
);

-- Keys that were destroyed, and may never be there again.
CREATE TABLE IF NOT EXISTS forbidden (
  fingerprint text PRIMARY KEY,
  subject     uuid NOT NULL,
  class       text NOT NULL,
  generation  integer NOT NULL,
  at          timestamptz NOT NULL,
  article     text NOT NULL,
  protocol    text
);
CREATE INDEX IF NOT EXISTS forbidden_subject ON forbidden (subject, class, generation);

-- Whoever makes a key and whoever forgets its subject wait for each other; who comes after a fence makes none.
CREATE OR REPLACE FUNCTION key_may_be() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.subject::text, 0));
  IF EXISTS (SELECT FROM fence WHERE subject = NEW.subject) OR EXISTS (
    SELECT FROM forbidden f WHERE f.fingerprint = NEW.fingerprint
      OR (f.subject, f.class, f.generation) = (NEW.subject, NEW.class, NEW.generation)
        AND f.subject <> '00000000-0000-0000-0000-000000000000'  -- the day's key may have been lost this morning
  ) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER key_may_be BEFORE INSERT ON data_key FOR EACH ROW EXECUTE FUNCTION key_may_be();

CREATE OR REPLACE FUNCTION fences_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'fences are for ever: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER fences_stay BEFORE UPDATE OR DELETE ON fence
  FOR EACH ROW EXECUTE FUNCTION fences_stay();
CREATE OR REPLACE TRIGGER fences_are_never_emptied BEFORE TRUNCATE ON fence
  FOR EACH STATEMENT EXECUTE FUNCTION fences_stay();
CREATE OR REPLACE TRIGGER forbidden_stays BEFORE UPDATE OR DELETE ON forbidden
  FOR EACH ROW EXECUTE FUNCTION fences_stay();
CREATE OR REPLACE TRIGGER forbidden_is_never_emptied BEFORE TRUNCATE ON forbidden
  FOR EACH STATEMENT EXECUTE FUNCTION fences_stay();
