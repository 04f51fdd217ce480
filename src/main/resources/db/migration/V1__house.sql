-- The first house: ledger, spine, engine, customers, content, campaigns, operators.
-- Times are UTC (timestamptz); a module writes only its own tables.

-- ── event: what happened, written once ─────────────────────────────────────
CREATE TABLE event (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch         int         NOT NULL DEFAULT 1,
    xid           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    happened_at   timestamptz NOT NULL,
    kind          text        NOT NULL,
    environment   text        NOT NULL CHECK (environment IN ('SANDBOX', 'LIVE')),
    mailing_id    bigint,
    recipient_no  int,
    address_id    bigint,
    detail        jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX event_order ON event (epoch, xid, id);
CREATE INDEX event_of_address ON event (address_id, id) WHERE address_id IS NOT NULL;
CREATE TABLE follower (
    name  text PRIMARY KEY,
    epoch int    NOT NULL DEFAULT 0,
    xid   xid8   NOT NULL DEFAULT '0',
    id    bigint NOT NULL DEFAULT 0
);
CREATE TABLE poison_event (
    follower text   NOT NULL,
    event_id bigint NOT NULL,
    why      text   NOT NULL,
    since    timestamptz NOT NULL,
    PRIMARY KEY (follower, event_id)
);

-- ── access: who may do what ────────────────────────────────────────────────
CREATE TABLE department (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE operator (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login         text    NOT NULL UNIQUE,
    display_name  text    NOT NULL,
    password_hash text    NOT NULL,
    must_change   boolean NOT NULL DEFAULT false,
    locale        text    NOT NULL DEFAULT 'ja',
    active        boolean NOT NULL DEFAULT true,
    failures      int     NOT NULL DEFAULT 0,
    locked_until  timestamptz,
    version       int     NOT NULL DEFAULT 1
);
CREATE TABLE operator_role (
    operator_id   bigint NOT NULL REFERENCES operator,
    department_id bigint NOT NULL REFERENCES department,
    role          text   NOT NULL CHECK (role IN ('ADMINISTRATOR', 'EDITOR', 'APPROVER', 'VIEWER')),
    PRIMARY KEY (operator_id, department_id, role)
);
CREATE TABLE operator_session (
    token_hash  bytea PRIMARY KEY,
    operator_id bigint NOT NULL REFERENCES operator,
    csrf        text   NOT NULL,
    created_at  timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL
);
CREATE TABLE sign_in (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    login      text NOT NULL,
    ip         text NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('SUCCESS', 'FAILURE', 'LOCKED'))
);
CREATE TABLE audit (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    operator_id bigint,
    ip          text,
    act         text  NOT NULL,
    subject     text  NOT NULL,
    before      jsonb,
    after       jsonb
);

-- ── mailing: the spine ─────────────────────────────────────────────────────
CREATE TABLE category (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    advertising boolean NOT NULL DEFAULT true
);
CREATE TABLE domain (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL UNIQUE,
    destination_id bigint
);
CREATE TABLE address (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    canonical  text   NOT NULL UNIQUE,
    as_written text   NOT NULL,
    domain_id  bigint NOT NULL REFERENCES domain
);
CREATE TABLE mailing (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text   NOT NULL CHECK (kind IN ('GROUP','SPOT','CSV','STEP','TRIGGERED','RELAY','TEST','NOTICE','FORM')),
    environment   text   NOT NULL CHECK (environment IN ('SANDBOX', 'LIVE')),
    department_id bigint NOT NULL REFERENCES department,
    category_id   bigint REFERENCES category,
    priority      int    NOT NULL,
    state         text   NOT NULL CHECK (state IN ('PREPARING','SENDING','PAUSED','SENT','STOPPED')),
    pause_cause   text   CHECK (pause_cause IN ('USER','FAULT','BREAKER','RESTORED')),
    held          boolean NOT NULL DEFAULT false,
    mail_version_id bigint,
    sender_id     bigint,
    planned       int    NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    first_pass_at timestamptz,
    ended_at      timestamptz,
    expires_at    timestamptz NOT NULL
);
CREATE TABLE planning_exclusion (
    mailing_id bigint NOT NULL REFERENCES mailing,
    reason     text   NOT NULL,
    count      int    NOT NULL,
    PRIMARY KEY (mailing_id, reason)
);
CREATE TABLE mailing_recipient (
    mailing_id  bigint NOT NULL,
    no          int    NOT NULL,
    address_id  bigint NOT NULL,
    customer_id bigint,
    PRIMARY KEY (mailing_id, no)
) PARTITION BY RANGE (mailing_id);
CREATE TABLE mailing_recipient_rest PARTITION OF mailing_recipient DEFAULT;
CREATE TABLE reply_text (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    text text  NOT NULL
);
CREATE TABLE recipient_result (
    mailing_id bigint NOT NULL,
    no         int    NOT NULL,
    state      text   NOT NULL CHECK (state IN ('DELIVERED','FAILED','SKIPPED','UNKNOWN')),
    reason     text,
    reply_id   bigint,
    attempts   smallint NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no)
) PARTITION BY RANGE (mailing_id);
CREATE TABLE recipient_result_rest PARTITION OF recipient_result DEFAULT;
CREATE TABLE mailing_progress (
    mailing_id bigint NOT NULL,
    node_id    bigint NOT NULL,
    delivered  int NOT NULL DEFAULT 0,
    failed     int NOT NULL DEFAULT 0,
    skipped    int NOT NULL DEFAULT 0,
    unknown    int NOT NULL DEFAULT 0,
    PRIMARY KEY (mailing_id, node_id)
);

-- ── delivery: the engine ───────────────────────────────────────────────────
CREATE TABLE node (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key      text   NOT NULL UNIQUE,
    boot     bigint NOT NULL,
    os_boot  text   NOT NULL,
    seen_at  timestamptz NOT NULL
);
CREATE TABLE destination (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
CREATE TABLE delivery_batch (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailing_id     bigint NOT NULL REFERENCES mailing,
    destination_id bigint NOT NULL REFERENCES destination,
    first_no       int    NOT NULL,
    last_no        int    NOT NULL,
    open_upto      int    NOT NULL,
    state          text   NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'ENDED')),
    priority       int    NOT NULL,
    turn           bigint NOT NULL DEFAULT 0,
    not_before     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    stage          int    NOT NULL DEFAULT 0,
    egress_pool    text   NOT NULL DEFAULT 'default',
    dated_at       timestamptz,
    node_id        bigint,
    node_boot      bigint,
    leased_until   timestamptz NOT NULL DEFAULT '-infinity',
    fence          bigint NOT NULL DEFAULT 0
);
CREATE INDEX delivery_batch_claim ON delivery_batch (destination_id, priority, turn) WHERE state = 'WAITING';
CREATE INDEX delivery_batch_of_mailing ON delivery_batch (mailing_id) WHERE state = 'WAITING';
CREATE TABLE waiting_message (
    mailing_id     bigint NOT NULL,
    no             int    NOT NULL,
    destination_id bigint NOT NULL,
    priority       int    NOT NULL,
    due_at         timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    dated_at       timestamptz NOT NULL,
    attempts       smallint NOT NULL,
    reply_id       bigint,
    doubtful       boolean NOT NULL DEFAULT false,
    opened         boolean NOT NULL DEFAULT false,
    node_id        bigint,
    node_boot      bigint,
    leased_until   timestamptz NOT NULL DEFAULT '-infinity',
    fence          bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (mailing_id, no)
);
CREATE INDEX waiting_message_due ON waiting_message (destination_id, priority, due_at);
CREATE TABLE journal_position (
    node_id   bigint NOT NULL,
    committer int    NOT NULL,
    position  bigint NOT NULL,
    PRIMARY KEY (node_id, committer)
);

-- ── suppression: whom we must not mail, and why ────────────────────────────
CREATE TABLE suppression (
    address_id bigint NOT NULL REFERENCES address,
    reason     text   NOT NULL CHECK (reason IN ('PERMANENT_FAILURE','COMPLAINT','REQUESTED','BANNED')),
    since      timestamptz NOT NULL,
    PRIMARY KEY (address_id, reason)
);

-- ── customer: customers, fields, groups ────────────────────────────────────
CREATE TABLE customer_field (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key      text NOT NULL UNIQUE,
    label    text NOT NULL,
    type     text NOT NULL CHECK (type IN ('TEXT','NUMBER','DATE','DATETIME')),
    personal boolean NOT NULL DEFAULT false,
    position int  NOT NULL,
    version  int  NOT NULL DEFAULT 1
);
CREATE TABLE customer (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number        text UNIQUE,
    address_id    bigint NOT NULL UNIQUE REFERENCES address,
    family_name   text, given_name text, family_kana text, given_kana text,
    gender        text,
    birthday      date,
    postal_code   text, prefecture text, city text, telephone text,
    custom        jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    version       int NOT NULL DEFAULT 1
);
CREATE TABLE customer_group (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id bigint NOT NULL REFERENCES department,
    name          text NOT NULL UNIQUE,
    version       int  NOT NULL DEFAULT 1
);
CREATE TABLE membership (
    group_id    bigint NOT NULL REFERENCES customer_group,
    customer_id bigint NOT NULL REFERENCES customer,
    state       text   NOT NULL CHECK (state IN ('SUBSCRIBED','UNSUBSCRIBED','BANNED')),
    since       timestamptz NOT NULL,
    PRIMARY KEY (group_id, customer_id)
);
CREATE INDEX membership_of_customer ON membership (customer_id);
CREATE TABLE customer_import (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id    bigint REFERENCES customer_group,
    file_name   text   NOT NULL,
    state       text   NOT NULL CHECK (state IN ('RUNNING','DONE','FAILED')),
    overwrite   boolean NOT NULL,
    charset     text   NOT NULL,
    lines_done  int    NOT NULL DEFAULT 0,
    lines_total int    NOT NULL DEFAULT 0,
    success     int    NOT NULL DEFAULT 0,
    unsubscribed int   NOT NULL DEFAULT 0,
    failure     int    NOT NULL DEFAULT 0,
    other       int    NOT NULL DEFAULT 0,
    why         text,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE TABLE customer_import_line (
    import_id bigint NOT NULL REFERENCES customer_import ON DELETE CASCADE,
    line      int    NOT NULL,
    class     text   NOT NULL CHECK (class IN ('SUCCESS','UNSUBSCRIBED','FAILURE','OTHER')),
    reason    text,
    cells     text[] NOT NULL,
    PRIMARY KEY (import_id, line)
);

-- ── sender, content ────────────────────────────────────────────────────────
CREATE TABLE signing_domain (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text  NOT NULL,
    selector    text  NOT NULL,
    private_key bytea NOT NULL,
    UNIQUE (name, selector)
);
CREATE TABLE sender_profile (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    address      text NOT NULL,
    reply_to     text,
    return_path  text NOT NULL,
    signing_domain_id bigint REFERENCES signing_domain,
    version      int  NOT NULL DEFAULT 1
);
CREATE TABLE mail (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id bigint NOT NULL REFERENCES department,
    name          text NOT NULL,
    format        text NOT NULL CHECK (format IN ('TEXT','HTML','MULTIPART')),
    subject       text NOT NULL,
    blocks        jsonb NOT NULL DEFAULT '[]',
    changed_at    timestamptz NOT NULL,
    version       int  NOT NULL DEFAULT 1
);
CREATE TABLE mail_version (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_id    bigint NOT NULL REFERENCES mail,
    format     text NOT NULL,
    subject    text NOT NULL,
    blocks     jsonb NOT NULL,
    hash       bytea NOT NULL,
    frozen_at  timestamptz NOT NULL
);
CREATE TABLE tracked_link (
    mail_version_id bigint NOT NULL REFERENCES mail_version,
    link_no         int    NOT NULL,
    target          text   NOT NULL,
    title           text,
    PRIMARY KEY (mail_version_id, link_no)
);

-- ── campaign ───────────────────────────────────────────────────────────────
CREATE TABLE campaign (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id bigint NOT NULL REFERENCES department,
    category_id   bigint REFERENCES category,
    kind          text NOT NULL DEFAULT 'GROUP',
    name          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('DRAFT','PENDING_APPROVAL','REJECTED','SCHEDULED','HELD','PREPARING','SENDING','PAUSED','SENT','STOPPED','FAILED','CANCELLED')),
    group_id      bigint REFERENCES customer_group,
    condition     jsonb NOT NULL DEFAULT '[]',
    mail_id       bigint REFERENCES mail,
    sender_id     bigint REFERENCES sender_profile,
    scheduled_at  timestamptz,
    mailing_id    bigint REFERENCES mailing,
    changed_at    timestamptz NOT NULL,
    version       int  NOT NULL DEFAULT 1
);

-- ── tracking ───────────────────────────────────────────────────────────────
CREATE TABLE first_open (
    mailing_id bigint NOT NULL,
    no         int    NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no)
);
CREATE TABLE first_click (
    mailing_id bigint NOT NULL,
    no         int    NOT NULL,
    link_no    int    NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no, link_no)
);

INSERT INTO department (name) VALUES ('全社');
INSERT INTO category (name, advertising) VALUES ('メールマガジン', true), ('お知らせ', false);
