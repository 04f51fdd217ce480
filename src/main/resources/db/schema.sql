-- All tables as the migrations leave them. Generated; to read, not to run. After a new migration:
-- mvn test -Dtest=SchemaTest -Dtodoku.schema=write

CREATE TABLE address (
    id bigint GENERATED AS IDENTITY, canonical text NOT NULL, as_written text NOT NULL, domain_id bigint NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (canonical));
CREATE INDEX address_of_domain ON address USING btree (domain_id, id);

CREATE TABLE address_failure (
    address_id bigint NOT NULL, event_id bigint NOT NULL, reason text NOT NULL, mailing_id bigint, recipient_no integer,
    at timestamptz NOT NULL,
    PRIMARY KEY (address_id, event_id));

CREATE TABLE address_success (
    address_id bigint NOT NULL, event_id bigint NOT NULL, mailing_id bigint, recipient_no integer,
    PRIMARY KEY (address_id));

CREATE TABLE api_idempotency (
    key_id bigint NOT NULL, idempotency_key text NOT NULL, request_hash bytea NOT NULL, status integer NOT NULL,
    headers jsonb NOT NULL, body text NOT NULL, created_at timestamptz NOT NULL,
    PRIMARY KEY (key_id, idempotency_key),
    FOREIGN KEY (key_id) REFERENCES api_key(id));
CREATE INDEX api_idempotency_old ON api_idempotency USING btree (created_at);

CREATE TABLE api_key (
    id bigint GENERATED AS IDENTITY, operator_id bigint NOT NULL, department_id bigint NOT NULL, prefix text NOT NULL,
    hash bytea NOT NULL, scopes text[] NOT NULL, created_by bigint NOT NULL,
    created_at timestamptz NOT NULL, expires_at timestamptz,
    last_used_at timestamptz, revoked_at timestamptz, per_minute integer DEFAULT 600 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (operator_id),
    UNIQUE (prefix),
    FOREIGN KEY (created_by) REFERENCES operator(id),
    FOREIGN KEY (department_id) REFERENCES department(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK (((per_minute >= 0) AND (per_minute <= 1000000))));

CREATE TABLE audit (
    id bigint GENERATED AS IDENTITY, at timestamptz NOT NULL, operator_id bigint, ip text,
    act text NOT NULL, subject text NOT NULL, before jsonb, after jsonb,
    PRIMARY KEY (id));

CREATE TABLE campaign (
    id bigint GENERATED AS IDENTITY, department_id bigint NOT NULL, category_id bigint,
    kind text DEFAULT 'GROUP' NOT NULL, name text NOT NULL, state text NOT NULL,
    condition jsonb DEFAULT '[]' NOT NULL, mail_id bigint, sender_id bigint,
    scheduled_at timestamptz, mailing_id bigint, changed_at timestamptz NOT NULL,
    version integer DEFAULT 1 NOT NULL, expiry_hours integer DEFAULT 72 NOT NULL, mail_version_id bigint,
    reserved_count integer, why text, test_mailing_id bigint, changed_by bigint,
    reach text DEFAULT 'WILLING' NOT NULL, spot_reason text, no_advertising boolean DEFAULT false NOT NULL,
    opted_out_count integer, once_per_address boolean DEFAULT true NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (category_id) REFERENCES category(id),
    FOREIGN KEY (department_id) REFERENCES department(id),
    FOREIGN KEY (mail_id) REFERENCES mail(id),
    FOREIGN KEY (mail_version_id) REFERENCES mail_version(id),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id),
    FOREIGN KEY (sender_id) REFERENCES sender_profile(id),
    FOREIGN KEY (test_mailing_id) REFERENCES mailing(id),
    CHECK (((kind = ANY (ARRAY['GROUP', 'SPOT'])) AND ((kind = 'SPOT') = (reach <> 'WILLING')) AND ((kind = 'SPOT') = (spot_reason IS NOT NULL)))),
    CHECK ((length(spot_reason) <= 500)),
    CHECK ((reach = ANY (ARRAY['WILLING', 'MEMBERS', 'OPTED_OUT']))),
    CHECK ((state = ANY (ARRAY['DRAFT', 'PENDING_APPROVAL', 'REJECTED', 'SCHEDULED', 'HELD', 'PREPARING', 'SENDING', 'PAUSED', 'SENT', 'STOPPED', 'FAILED', 'CANCELLED']))));
CREATE INDEX campaign_due ON campaign USING btree (scheduled_at) WHERE (state = ANY (ARRAY['SCHEDULED', 'PREPARING']));
CREATE INDEX campaign_of_mailing ON campaign USING btree (mailing_id);
CREATE INDEX campaign_running ON campaign USING btree (mailing_id) WHERE (state = ANY (ARRAY['PREPARING', 'SENDING', 'PAUSED']));

CREATE TABLE campaign_epoch (
    epoch integer NOT NULL);

CREATE TABLE campaign_group (
    campaign_id bigint NOT NULL, group_id bigint NOT NULL,
    PRIMARY KEY (campaign_id, group_id),
    FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE);

CREATE TABLE category (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, advertising boolean DEFAULT true NOT NULL, pool_id bigint,
    retired_at timestamptz, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name),
    FOREIGN KEY (pool_id) REFERENCES sending_pool(id));

CREATE TABLE consent (
    id bigint GENERATED AS IDENTITY, customer_id bigint, address_id bigint NOT NULL, address_key bytea NOT NULL,
    source text NOT NULL, method text, document text, agreed_at timestamptz NOT NULL, ip inet,
    purpose text, group_id bigint, recorded_at timestamptz NOT NULL, recorded_by bigint, import_id bigint,
    withdrawn_at timestamptz, withdrawn_by bigint, erased_at timestamptz,
    PRIMARY KEY (id),
    FOREIGN KEY (address_id) REFERENCES address(id),
    FOREIGN KEY (customer_id) REFERENCES customer(id) ON DELETE SET NULL,
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    FOREIGN KEY (import_id) REFERENCES customer_import(id),
    FOREIGN KEY (recorded_by) REFERENCES operator(id),
    FOREIGN KEY (withdrawn_by) REFERENCES operator(id),
    CHECK (((length(document) >= 1) AND (length(document) <= 4000))),
    CHECK (((length(method) >= 1) AND (length(method) <= 200))),
    CHECK (((length(purpose) >= 1) AND (length(purpose) <= 500))),
    CHECK ((length(address_key) = 32)),
    CHECK ((source = ANY (ARRAY['FORM', 'PAPER', 'OPERATOR', 'IMPORT', 'API']))));
CREATE INDEX consent_by_age ON consent USING btree (recorded_at, id);
CREATE INDEX consent_of_address ON consent USING btree (address_key, agreed_at);
CREATE INDEX consent_of_customer ON consent USING btree (customer_id) WHERE (customer_id IS NOT NULL);

CREATE TABLE consent_retention (
    only_one boolean DEFAULT true NOT NULL, days integer NOT NULL, version integer DEFAULT 1 NOT NULL,
    ran_at timestamptz, looked bigint DEFAULT 0 NOT NULL, deleted bigint DEFAULT 0 NOT NULL,
    PRIMARY KEY (only_one),
    CHECK (((days >= 31) AND (days <= 36500))),
    CHECK (only_one));

CREATE TABLE customer (
    id bigint GENERATED AS IDENTITY, number text, address_id bigint NOT NULL, family_name text, given_name text,
    family_kana text, given_kana text, gender text, birthday date, postal_code text, prefecture text, city text,
    telephone text, custom jsonb DEFAULT '{}' NOT NULL, created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL, version integer DEFAULT 1 NOT NULL, preferred_format text,
    device text, carrier text, learnt_device text, share_no integer DEFAULT 0 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (address_id, share_no),
    UNIQUE (number),
    CHECK ((carrier = ANY (ARRAY['DOCOMO', 'AU', 'SOFTBANK', 'OTHER']))),
    CHECK ((preferred_format = ANY (ARRAY['HTML', 'TEXT']))));
CREATE INDEX customer_by_kana ON customer USING btree (family_kana text_pattern_ops, given_kana text_pattern_ops);
CREATE INDEX customer_by_name ON customer USING btree (family_name text_pattern_ops, given_name text_pattern_ops);
CREATE INDEX customer_by_prefecture ON customer USING btree (prefecture text_pattern_ops, id);
CREATE INDEX customer_changed ON customer USING brin (changed_at) WITH (pages_per_range='16', autosummarize='on');
CREATE INDEX customer_sharing ON customer USING btree (address_id) WHERE (share_no > 0);

CREATE TABLE customer_activity (
    environment text NOT NULL, customer_id bigint NOT NULL, opened_at timestamptz,
    clicked_at timestamptz,
    PRIMARY KEY (environment, customer_id),
    CHECK ((environment = ANY (ARRAY['SANDBOX', 'LIVE']))));

CREATE TABLE customer_bulk (
    id bigint GENERATED AS IDENTITY, operator_id bigint NOT NULL, departments bigint[] NOT NULL,
    selection jsonb NOT NULL, act text NOT NULL, group_id bigint, field_key text, value text DEFAULT '' NOT NULL,
    note text DEFAULT '' NOT NULL, state text NOT NULL, after_id bigint DEFAULT 0 NOT NULL, upto bigint NOT NULL,
    total integer NOT NULL, done integer DEFAULT 0 NOT NULL, changed integer DEFAULT 0 NOT NULL,
    started_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (id),
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK ((act = ANY (ARRAY['JOIN', 'LEAVE', 'STOP', 'BAN', 'SET_FIELD', 'CLEAN', 'UNCLEAN', 'DELETE']))),
    CHECK ((state = ANY (ARRAY['RUNNING', 'DONE', 'FAILED', 'STOPPED']))));

CREATE TABLE customer_export (
    id bigint GENERATED AS IDENTITY, operator_id bigint NOT NULL, selection jsonb NOT NULL, columns text[] NOT NULL,
    departments bigint[] NOT NULL, format text NOT NULL, masked boolean NOT NULL, state text NOT NULL,
    rows_done integer DEFAULT 0 NOT NULL, rows_total integer DEFAULT 0 NOT NULL, misspelled integer DEFAULT 0 NOT NULL,
    started_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK ((format = ANY (ARRAY['CP932', 'UTF8', 'XLSX']))),
    CHECK ((state = ANY (ARRAY['RUNNING', 'DONE', 'FAILED', 'STOPPED']))));

CREATE TABLE customer_field (
    id bigint GENERATED AS IDENTITY, key text NOT NULL, label text NOT NULL, type text NOT NULL,
    personal boolean DEFAULT false NOT NULL, position integer NOT NULL, version integer DEFAULT 1 NOT NULL,
    choices text[] DEFAULT '{}'[] NOT NULL, required boolean DEFAULT false NOT NULL,
    is_unique boolean DEFAULT false NOT NULL, searchable boolean DEFAULT false NOT NULL,
    default_text text DEFAULT '' NOT NULL, minimum numeric, maximum numeric, retired_at timestamptz,
    index_state text DEFAULT 'NONE' NOT NULL, index_why text,
    PRIMARY KEY (id),
    UNIQUE (key),
    CHECK ((index_state = ANY (ARRAY['NONE', 'BUILDING', 'READY', 'FAILED']))),
    CHECK ((type = ANY (ARRAY['TEXT', 'LONG_TEXT', 'NUMBER', 'DATE', 'DATETIME', 'YES_NO', 'CHOICE', 'CHOICES', 'MAIL_ADDRESS', 'TELEPHONE', 'POSTAL_CODE', 'URL']))));

CREATE TABLE customer_group (
    id bigint GENERATED AS IDENTITY, department_id bigint NOT NULL, name text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name),
    FOREIGN KEY (department_id) REFERENCES department(id));

CREATE TABLE customer_history (
    first_customer bigint NOT NULL, last_customer bigint NOT NULL, event_id bigint NOT NULL,
    PRIMARY KEY (first_customer, last_customer, event_id),
    CHECK ((last_customer >= first_customer)));
CREATE INDEX customer_history_of_many ON customer_history USING btree (last_customer, first_customer, event_id) WHERE (first_customer < last_customer);

CREATE TABLE customer_import (
    id bigint GENERATED AS IDENTITY, group_id bigint, file_name text NOT NULL, state text NOT NULL,
    charset text NOT NULL, lines_done integer DEFAULT 0 NOT NULL, lines_total integer DEFAULT 0 NOT NULL,
    success integer DEFAULT 0 NOT NULL, unsubscribed integer DEFAULT 0 NOT NULL, failure integer DEFAULT 0 NOT NULL,
    other integer DEFAULT 0 NOT NULL, why text, started_at timestamptz NOT NULL,
    ended_at timestamptz, header text[] DEFAULT '{}'[] NOT NULL, consent_source text,
    key_field text DEFAULT 'ADDRESS' NOT NULL, reading jsonb DEFAULT '{"columns": {}}' NOT NULL,
    mode text NOT NULL, departments bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    CHECK (((length(consent_source) >= 1) AND (length(consent_source) <= 200))),
    CHECK ((key_field = ANY (ARRAY['ADDRESS', 'NUMBER']))),
    CHECK ((mode = ANY (ARRAY['ADD', 'ADD_AND_OVERWRITE', 'OVERWRITE', 'STOP', 'LEAVE', 'DELETE']))),
    CHECK ((state = ANY (ARRAY['QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'FAILED', 'STOPPED']))));

CREATE TABLE customer_import_block (
    import_id bigint NOT NULL, class text NOT NULL, first_line integer NOT NULL, lines text NOT NULL,
    PRIMARY KEY (import_id, class, first_line),
    FOREIGN KEY (import_id) REFERENCES customer_import(id) ON DELETE CASCADE,
    CHECK ((class = ANY (ARRAY['SUCCESS', 'UNSUBSCRIBED', 'FAILURE', 'OTHER']))));

CREATE TABLE customer_setting (
    only_row boolean DEFAULT true NOT NULL, address_unique boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (only_row),
    CHECK (only_row));

CREATE TABLE delivery_batch (
    id bigint GENERATED AS IDENTITY, mailing_id bigint NOT NULL, destination_id bigint NOT NULL,
    first_no integer NOT NULL, last_no integer NOT NULL, open_upto integer NOT NULL,
    state text DEFAULT 'WAITING' NOT NULL, priority integer NOT NULL, turn bigint DEFAULT 0 NOT NULL,
    not_before timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    stage integer DEFAULT 0 NOT NULL, dated_at timestamptz, node_id bigint, node_boot bigint,
    leased_until timestamptz DEFAULT '-infinity'::timestamptz NOT NULL,
    fence bigint DEFAULT 0 NOT NULL, pool_id bigint DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (destination_id) REFERENCES destination(id),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id),
    CHECK ((state = ANY (ARRAY['WAITING', 'ENDED']))));
CREATE INDEX delivery_batch_claim ON delivery_batch USING btree (destination_id, pool_id, priority, turn) WHERE (state = 'WAITING');
CREATE INDEX delivery_batch_expiry ON delivery_batch USING btree (expires_at) WHERE (state = 'WAITING');
CREATE INDEX delivery_batch_of_mailing ON delivery_batch USING btree (mailing_id, destination_id) WHERE (state = 'WAITING');
CREATE INDEX delivery_batch_of_node ON delivery_batch USING btree (node_id) WHERE ((state = 'WAITING') AND (node_id IS NOT NULL));
CREATE INDEX delivery_batch_range ON delivery_batch USING btree (mailing_id, first_no);

CREATE TABLE departed_membership (
    address_id bigint NOT NULL, group_id bigint NOT NULL, state text NOT NULL, since timestamptz NOT NULL,
    PRIMARY KEY (address_id, group_id),
    FOREIGN KEY (address_id) REFERENCES address(id),
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    CHECK ((state = ANY (ARRAY['UNSUBSCRIBED', 'BANNED']))));

CREATE TABLE department (
    id bigint GENERATED AS IDENTITY, name text NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name));

CREATE TABLE destination (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, hosts text,
    PRIMARY KEY (id),
    UNIQUE (hosts),
    UNIQUE (name));

CREATE TABLE domain (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, destination_id bigint, resolved_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (name));
CREATE INDEX domain_new ON domain USING btree (id) WHERE (resolved_at IS NULL);
CREATE INDEX domain_resolved ON domain USING btree (resolved_at);

CREATE TABLE domain_check (
    sender_profile_id bigint NOT NULL, position integer NOT NULL, name text NOT NULL, verdict text NOT NULL,
    finding text NOT NULL, details text[] NOT NULL, record_name text, record_type text, record_value text,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (sender_profile_id, "position"),
    FOREIGN KEY (sender_profile_id) REFERENCES sender_profile(id) ON DELETE CASCADE,
    CHECK ((verdict = ANY (ARRAY['PASS', 'ADVICE', 'WARN', 'FAIL', 'UNKNOWN']))));

CREATE TABLE duplicate_pair (
    first_id bigint NOT NULL, second_id bigint NOT NULL,
    PRIMARY KEY (first_id, second_id));

CREATE TABLE duplicate_search (
    only_row boolean DEFAULT true NOT NULL,
    at timestamptz DEFAULT '-infinity'::timestamptz NOT NULL,
    took interval DEFAULT '00:00:00'::interval NOT NULL,
    PRIMARY KEY (only_row),
    CHECK (only_row));

CREATE TABLE egress_setting (
    only_row boolean DEFAULT true NOT NULL, marketing_pool_id bigint DEFAULT 1 NOT NULL,
    transactional_pool_id bigint DEFAULT 1 NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (only_row),
    FOREIGN KEY (marketing_pool_id) REFERENCES sending_pool(id),
    FOREIGN KEY (transactional_pool_id) REFERENCES sending_pool(id),
    CHECK (only_row));

CREATE TABLE epoch (
    epoch integer NOT NULL, system_identifier text NOT NULL, timeline text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (epoch));

CREATE TABLE event (
    id bigint GENERATED AS IDENTITY, xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    happened_at timestamptz NOT NULL, mailing_id bigint, address_id bigint, recipient_no integer,
    epoch integer DEFAULT 1 NOT NULL, kind text NOT NULL, environment text NOT NULL,
    detail jsonb DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id),
    CHECK ((environment = ANY (ARRAY['SANDBOX', 'LIVE']))));
CREATE INDEX event_of_address ON event USING btree (address_id, id) WHERE (address_id IS NOT NULL);
CREATE INDEX event_order ON event USING btree (epoch, xid, id);

CREATE TABLE first_click (
    mailing_id bigint NOT NULL, no integer NOT NULL, link_no integer NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no, link_no));

CREATE TABLE first_open (
    mailing_id bigint NOT NULL, no integer NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no));

CREATE TABLE first_percent (
    mailing_id bigint NOT NULL, recipients integer NOT NULL, rated integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL, verdict text, judged_at timestamptz,
    PRIMARY KEY (mailing_id),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id),
    CHECK ((verdict = ANY (ARRAY['PASSED', 'FAILED', 'CONFIRMED']))));
CREATE INDEX first_percent_open ON first_percent USING btree (mailing_id) WHERE (verdict IS NULL);

CREATE TABLE follower (
    name text NOT NULL, epoch integer DEFAULT 0 NOT NULL, xid xid8 DEFAULT '0'::xid8 NOT NULL,
    id bigint DEFAULT 0 NOT NULL,
    PRIMARY KEY (name));

CREATE TABLE frequency_cap (
    only_row boolean DEFAULT true NOT NULL, mails integer DEFAULT 0 NOT NULL, days integer DEFAULT 7 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (only_row),
    CHECK (((days >= 1) AND (days <= 90))),
    CHECK (((mails >= 0) AND (mails <= 100))),
    CHECK (only_row));

CREATE TABLE group_count (
    group_id bigint NOT NULL, state text NOT NULL, n bigint NOT NULL);
CREATE INDEX group_count_of_group ON group_count USING btree (group_id);

CREATE TABLE group_growth (
    group_id bigint NOT NULL, hour timestamptz NOT NULL, source text NOT NULL, joined integer NOT NULL,
    departed integer NOT NULL,
    PRIMARY KEY (group_id, hour, source));

CREATE TABLE guard_setting (
    only_row boolean DEFAULT true NOT NULL, stop_percent integer DEFAULT 10 NOT NULL,
    stop_results integer DEFAULT 500 NOT NULL, first_on boolean DEFAULT true NOT NULL,
    first_percent integer DEFAULT 10 NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (only_row),
    CHECK (((first_percent >= 1) AND (first_percent <= 100))),
    CHECK (((stop_percent >= 1) AND (stop_percent <= 100))),
    CHECK (((stop_results >= 50) AND (stop_results <= 1000000))),
    CHECK (only_row));

CREATE TABLE import_drop (
    import_id bigint NOT NULL, folder text NOT NULL, file text NOT NULL, bytes bigint NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (import_id),
    FOREIGN KEY (import_id) REFERENCES customer_import(id) ON DELETE CASCADE);

CREATE TABLE import_profile (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, group_id bigint, mode text NOT NULL, key_field text NOT NULL,
    consent_source text, reading jsonb NOT NULL, operator_id bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name),
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK (((length(name) >= 1) AND (length(name) <= 60))),
    CHECK ((key_field = ANY (ARRAY['ADDRESS', 'NUMBER']))),
    CHECK ((mode = ANY (ARRAY['ADD', 'ADD_AND_OVERWRITE', 'OVERWRITE', 'STOP', 'LEAVE']))));

CREATE TABLE installation (
    only_row boolean DEFAULT true NOT NULL, environment text DEFAULT 'SANDBOX' NOT NULL,
    company text DEFAULT '' NOT NULL, postal_address text DEFAULT '' NOT NULL,
    contact text DEFAULT '' NOT NULL, link_base_url text DEFAULT '' NOT NULL,
    helo_name text DEFAULT '' NOT NULL, smart_host text DEFAULT '' NOT NULL,
    version integer DEFAULT 1 NOT NULL, sending_addresses text DEFAULT '' NOT NULL,
    PRIMARY KEY (only_row),
    CHECK ((environment = ANY (ARRAY['SANDBOX', 'LIVE']))),
    CHECK (only_row));

CREATE TABLE journal_position (
    node_id bigint NOT NULL, committer integer NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (node_id, committer));

CREATE TABLE lane_tally (
    node_id bigint NOT NULL, destination_id bigint NOT NULL, hour timestamptz NOT NULL,
    mails integer NOT NULL, sending_ip_id bigint DEFAULT 1 NOT NULL,
    PRIMARY KEY (node_id, sending_ip_id, destination_id, hour),
    FOREIGN KEY (destination_id) REFERENCES destination(id) ON DELETE CASCADE,
    FOREIGN KEY (node_id) REFERENCES node(id) ON DELETE CASCADE,
    FOREIGN KEY (sending_ip_id) REFERENCES sending_ip(id) ON DELETE CASCADE);

CREATE TABLE lane_why (
    node_id bigint NOT NULL, destination_id bigint NOT NULL, what text NOT NULL, reply text, rule text NOT NULL,
    since timestamptz NOT NULL, until timestamptz, connections_before integer NOT NULL,
    connections_since integer NOT NULL, sending_ip_id bigint DEFAULT 1 NOT NULL,
    PRIMARY KEY (node_id, sending_ip_id, destination_id),
    FOREIGN KEY (destination_id) REFERENCES destination(id) ON DELETE CASCADE,
    FOREIGN KEY (node_id) REFERENCES node(id) ON DELETE CASCADE,
    FOREIGN KEY (sending_ip_id) REFERENCES sending_ip(id) ON DELETE CASCADE);

CREATE TABLE mail (
    id bigint GENERATED AS IDENTITY, department_id bigint NOT NULL, name text NOT NULL, format text NOT NULL,
    subject text NOT NULL, blocks jsonb DEFAULT '[]' NOT NULL, changed_at timestamptz NOT NULL,
    version integer DEFAULT 1 NOT NULL, changed_by bigint,
    PRIMARY KEY (id),
    FOREIGN KEY (changed_by) REFERENCES operator(id),
    FOREIGN KEY (department_id) REFERENCES department(id),
    CHECK ((format = ANY (ARRAY['TEXT', 'HTML', 'MULTIPART']))));

CREATE TABLE mail_version (
    id bigint GENERATED AS IDENTITY, mail_id bigint NOT NULL, format text NOT NULL, subject text NOT NULL,
    blocks jsonb NOT NULL, hash bytea NOT NULL, frozen_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (mail_id) REFERENCES mail(id));

CREATE TABLE mailing (
    id bigint GENERATED AS IDENTITY, kind text NOT NULL, environment text NOT NULL, department_id bigint NOT NULL,
    category_id bigint, priority integer NOT NULL, state text NOT NULL, pause_cause text,
    held boolean DEFAULT false NOT NULL, mail_version_id bigint, sender_id bigint, planned integer DEFAULT 0 NOT NULL,
    created_at timestamptz NOT NULL, started_at timestamptz,
    first_pass_at timestamptz, ended_at timestamptz,
    expires_at timestamptz NOT NULL, as_customer_id bigint, was_held boolean DEFAULT false NOT NULL,
    open_stage integer DEFAULT 0 NOT NULL, stop_cause text, details_gone_at timestamptz,
    even_opted_out boolean DEFAULT false NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (category_id) REFERENCES category(id),
    FOREIGN KEY (department_id) REFERENCES department(id),
    CHECK ((environment = ANY (ARRAY['SANDBOX', 'LIVE']))),
    CHECK ((kind = ANY (ARRAY['GROUP', 'SPOT', 'CSV', 'STEP', 'TRIGGERED', 'RELAY', 'TEST', 'NOTICE', 'FORM']))),
    CHECK ((pause_cause = ANY (ARRAY['USER', 'FAULT', 'BREAKER', 'BLOCKED', 'RESTORED']))),
    CHECK ((state = ANY (ARRAY['PREPARING', 'SENDING', 'PAUSED', 'SENT', 'STOPPED']))),
    CHECK ((stop_cause = ANY (ARRAY['ERROR_RATE', 'OTHER_ENVIRONMENT']))));
CREATE INDEX mailing_sending ON mailing USING btree (id) WHERE (state = 'SENDING');

CREATE TABLE mailing_figures (
    mailing_id bigint NOT NULL, openers integer NOT NULL, clickers integer NOT NULL, clicks integer NOT NULL,
    lists jsonb NOT NULL, emptied_at timestamptz,
    PRIMARY KEY (mailing_id),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id));
CREATE INDEX mailing_figures_not_empty ON mailing_figures USING btree (mailing_id) WHERE (emptied_at IS NULL);

CREATE TABLE mailing_group (
    mailing_id bigint NOT NULL, group_id bigint NOT NULL,
    PRIMARY KEY (mailing_id, group_id),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id));

CREATE TABLE mailing_partition (
    first_id bigint NOT NULL, after_id bigint NOT NULL,
    PRIMARY KEY (first_id));

CREATE TABLE mailing_progress (
    mailing_id bigint NOT NULL, node_id bigint NOT NULL, delivered integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL, skipped integer DEFAULT 0 NOT NULL, unknown integer DEFAULT 0 NOT NULL,
    again integer DEFAULT 0 NOT NULL, rated integer DEFAULT 0 NOT NULL, refused integer DEFAULT 0 NOT NULL,
    PRIMARY KEY (mailing_id, node_id));

CREATE TABLE mailing_recipient (
    mailing_id bigint NOT NULL, no integer NOT NULL, address_id bigint NOT NULL, customer_id bigint,
    PRIMARY KEY (mailing_id, no));

CREATE TABLE membership (
    group_id bigint NOT NULL, customer_id bigint NOT NULL, state text NOT NULL, since timestamptz NOT NULL,
    PRIMARY KEY (group_id, customer_id) INCLUDE (state),
    CHECK ((state = ANY (ARRAY['SUBSCRIBED', 'UNSUBSCRIBED', 'BANNED']))));
CREATE INDEX membership_of_customer ON membership USING btree (customer_id);

CREATE TABLE mta_sts_policy (
    domain text NOT NULL, policy_id text NOT NULL, policy text NOT NULL, fetched_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (domain));

CREATE TABLE node (
    id bigint GENERATED AS IDENTITY, key text NOT NULL, boot bigint NOT NULL, os_boot text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (key));

CREATE TABLE node_boot (
    node_id bigint NOT NULL, boot bigint NOT NULL, os_boot text NOT NULL,
    PRIMARY KEY (node_id, boot),
    FOREIGN KEY (node_id) REFERENCES node(id));

CREATE TABLE old_recipient (
    mailing_id bigint NOT NULL, first_no integer NOT NULL, customers bigint[] NOT NULL,
    PRIMARY KEY (mailing_id, first_no));

CREATE TABLE operator (
    id bigint GENERATED AS IDENTITY, login text NOT NULL, display_name text NOT NULL, password_hash text NOT NULL,
    must_change boolean DEFAULT false NOT NULL, locale text DEFAULT 'ja' NOT NULL,
    active boolean DEFAULT true NOT NULL, failures integer DEFAULT 0 NOT NULL, locked_until timestamptz,
    version integer DEFAULT 1 NOT NULL, service boolean DEFAULT false NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (login));

CREATE TABLE operator_role (
    operator_id bigint NOT NULL, department_id bigint NOT NULL, role text NOT NULL,
    PRIMARY KEY (operator_id, department_id, role),
    FOREIGN KEY (department_id) REFERENCES department(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK ((role = ANY (ARRAY['ADMINISTRATOR', 'EDITOR', 'APPROVER', 'VIEWER']))));

CREATE TABLE operator_session (
    token_hash bytea NOT NULL, operator_id bigint NOT NULL, csrf text NOT NULL,
    created_at timestamptz NOT NULL, seen_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash),
    FOREIGN KEY (operator_id) REFERENCES operator(id));

CREATE TABLE outside_member (
    source_id bigint NOT NULL, customer_id bigint NOT NULL, run_id bigint NOT NULL,
    PRIMARY KEY (source_id, customer_id),
    FOREIGN KEY (source_id) REFERENCES outside_source(id) ON DELETE CASCADE);

CREATE TABLE outside_run (
    id bigint GENERATED AS IDENTITY, source_id bigint NOT NULL, started_at timestamptz NOT NULL,
    ended_at timestamptz, started_by bigint, state text NOT NULL, all_rows boolean NOT NULL,
    approved boolean DEFAULT false NOT NULL, attempts integer DEFAULT 0 NOT NULL, import_id bigint, vanishing_id bigint,
    read_rows integer DEFAULT 0 NOT NULL, success integer DEFAULT 0 NOT NULL, unsubscribed integer DEFAULT 0 NOT NULL,
    failure integer DEFAULT 0 NOT NULL, other integer DEFAULT 0 NOT NULL, vanished integer DEFAULT 0 NOT NULL,
    brought integer DEFAULT 0 NOT NULL, mark text, trouble text, detail text,
    PRIMARY KEY (id),
    FOREIGN KEY (source_id) REFERENCES outside_source(id) ON DELETE CASCADE,
    FOREIGN KEY (started_by) REFERENCES operator(id),
    CHECK (((state = 'RUNNING') = (ended_at IS NULL))),
    CHECK ((state = ANY (ARRAY['RUNNING', 'DONE', 'ASKING', 'FAILED']))));
CREATE UNIQUE INDEX outside_run_open ON outside_run USING btree (source_id) WHERE (ended_at IS NULL);
CREATE INDEX outside_run_source ON outside_run USING btree (source_id, id DESC);

CREATE TABLE outside_source (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, kind text NOT NULL, host text NOT NULL, port integer NOT NULL,
    database text NOT NULL, username text NOT NULL, password bytea NOT NULL, tls text NOT NULL,
    connect_seconds integer NOT NULL, statement_seconds integer NOT NULL, query text NOT NULL, key_field text NOT NULL,
    mapping json DEFAULT '{}'::json NOT NULL, group_id bigint NOT NULL, overwrite boolean NOT NULL,
    vanished text NOT NULL, every text NOT NULL, every_hours integer NOT NULL, daily_at time without time zone NOT NULL,
    changed_since text, mark text, full_at timestamptz, version integer DEFAULT 1 NOT NULL,
    created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, changed_by bigint,
    PRIMARY KEY (id),
    UNIQUE (name),
    FOREIGN KEY (changed_by) REFERENCES operator(id),
    FOREIGN KEY (group_id) REFERENCES customer_group(id),
    CHECK (((connect_seconds >= 1) AND (connect_seconds <= 60))),
    CHECK (((every_hours >= 1) AND (every_hours <= 168))),
    CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CHECK (((port >= 1) AND (port <= 65535))),
    CHECK (((statement_seconds >= 1) AND (statement_seconds <= 3600))),
    CHECK ((every = ANY (ARRAY['OFF', 'HOURS', 'DAILY']))),
    CHECK ((key_field = ANY (ARRAY['ADDRESS', 'NUMBER']))),
    CHECK ((kind = ANY (ARRAY['POSTGRESQL', 'MYSQL']))),
    CHECK ((tls = ANY (ARRAY['OFF', 'ON', 'VERIFIED']))),
    CHECK ((vanished = ANY (ARRAY['KEEP', 'UNSUBSCRIBE', 'REMOVE_FROM_GROUP']))));

CREATE TABLE planning_exclusion (
    mailing_id bigint NOT NULL, reason text NOT NULL, count integer NOT NULL,
    PRIMARY KEY (mailing_id, reason),
    FOREIGN KEY (mailing_id) REFERENCES mailing(id));

CREATE TABLE poison_event (
    follower text NOT NULL, event_id bigint NOT NULL, why text NOT NULL, since timestamptz NOT NULL,
    PRIMARY KEY (follower, event_id));

CREATE TABLE provider_rule (
    provider text NOT NULL, changed jsonb NOT NULL, version integer NOT NULL, changed_by bigint,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (provider),
    FOREIGN KEY (changed_by) REFERENCES operator(id));

CREATE TABLE recipient_result (
    mailing_id bigint NOT NULL, no integer NOT NULL, state text NOT NULL, reason text, reply_id bigint,
    attempts smallint NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no),
    CHECK ((state = ANY (ARRAY['DELIVERED', 'FAILED', 'SKIPPED', 'UNKNOWN']))));

CREATE TABLE record_field (
    id bigint GENERATED AS IDENTITY, kind_id bigint NOT NULL, key text NOT NULL, label text NOT NULL,
    type text NOT NULL, personal boolean DEFAULT false NOT NULL, position integer DEFAULT 0 NOT NULL,
    choices text[] DEFAULT '{}'[] NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (kind_id, key),
    FOREIGN KEY (kind_id) REFERENCES record_kind(id) ON DELETE CASCADE,
    CHECK ((type = ANY (ARRAY['TEXT', 'NUMBER', 'DATE', 'DATETIME', 'YES_NO', 'CHOICE']))));

CREATE TABLE record_growth (
    hour timestamptz NOT NULL, created integer NOT NULL, deleted integer NOT NULL, peak bigint NOT NULL,
    PRIMARY KEY (hour));

CREATE TABLE record_import (
    id bigint GENERATED AS IDENTITY, kind_id bigint NOT NULL, file_name text NOT NULL, state text NOT NULL,
    customer_by text NOT NULL, overwrite boolean NOT NULL, reading jsonb NOT NULL,
    charset text DEFAULT '' NOT NULL, header text[] DEFAULT '{}'[] NOT NULL,
    lines_done integer DEFAULT 0 NOT NULL, lines_total integer DEFAULT 0 NOT NULL, success integer DEFAULT 0 NOT NULL,
    failure integer DEFAULT 0 NOT NULL, other integer DEFAULT 0 NOT NULL, why text,
    started_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (id),
    FOREIGN KEY (kind_id) REFERENCES record_kind(id),
    CHECK ((customer_by = ANY (ARRAY['NUMBER', 'ADDRESS']))),
    CHECK ((state = ANY (ARRAY['RUNNING', 'DONE', 'FAILED']))));
CREATE INDEX record_import_of_kind ON record_import USING btree (kind_id, id);

CREATE TABLE record_import_block (
    import_id bigint NOT NULL, class text NOT NULL, first_line integer NOT NULL, lines text NOT NULL,
    PRIMARY KEY (import_id, class, first_line),
    FOREIGN KEY (import_id) REFERENCES record_import(id) ON DELETE CASCADE,
    CHECK ((class = ANY (ARRAY['SUCCESS', 'FAILURE', 'OTHER']))));

CREATE TABLE record_kind (
    id bigint GENERATED AS IDENTITY, key text NOT NULL, label text NOT NULL, version integer DEFAULT 1 NOT NULL,
    retired_at timestamptz, number_label text, at_label text DEFAULT '日時' NOT NULL,
    amount_label text, amount_field text, amount_times text, changed_by bigint, changed_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (key),
    FOREIGN KEY (changed_by) REFERENCES operator(id),
    CHECK (((amount_label IS NULL) = (amount_field IS NULL))),
    CHECK (((amount_times IS NULL) OR (amount_field IS NOT NULL))));

CREATE TABLE related_record (
    id bigint GENERATED AS IDENTITY, kind_id bigint NOT NULL, customer_id bigint NOT NULL, number text,
    at timestamptz NOT NULL, amount numeric, data jsonb DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (kind_id, number),
    FOREIGN KEY (customer_id) REFERENCES customer(id) ON DELETE CASCADE,
    FOREIGN KEY (kind_id) REFERENCES record_kind(id));
CREATE INDEX related_record_by_time ON related_record USING btree (kind_id, at) INCLUDE (customer_id, amount);
CREATE INDEX related_record_by_value ON related_record USING gin (data jsonb_path_ops);
CREATE INDEX related_record_of_customer ON related_record USING btree (customer_id, kind_id, at);

CREATE TABLE reply_text (
    id bigint GENERATED AS IDENTITY, hash bytea NOT NULL, text text NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (hash));

CREATE TABLE retention (
    only_row boolean DEFAULT true NOT NULL, detail_mails integer, detail_days integer,
    sign_in_days integer DEFAULT 365 NOT NULL, job_days integer DEFAULT 10 NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (only_row),
    CHECK (((detail_days >= 7) AND (detail_days <= 36500))),
    CHECK (((detail_mails >= 1) AND (detail_mails <= 100000))),
    CHECK (((detail_mails IS NULL) OR (detail_days IS NULL))),
    CHECK (((job_days >= 1) AND (job_days <= 365))),
    CHECK (((sign_in_days >= 30) AND (sign_in_days <= 36500))),
    CHECK (only_row));

CREATE TABLE segment (
    id bigint GENERATED AS IDENTITY, department_id bigint NOT NULL, name text NOT NULL, rule jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL, changed_at timestamptz NOT NULL, changed_by bigint,
    last_count integer, counted_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (name),
    FOREIGN KEY (changed_by) REFERENCES operator(id),
    FOREIGN KEY (department_id) REFERENCES department(id));

CREATE TABLE segment_size (
    segment_id bigint NOT NULL, day date NOT NULL, people integer NOT NULL, version integer NOT NULL,
    PRIMARY KEY (segment_id, day),
    FOREIGN KEY (segment_id) REFERENCES segment(id) ON DELETE CASCADE);

CREATE TABLE sender_certificate (
    sender_id bigint NOT NULL, chain bytea NOT NULL, private_key bytea NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (sender_id),
    FOREIGN KEY (sender_id) REFERENCES sender_profile(id) ON DELETE CASCADE);

CREATE TABLE sender_profile (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, address text NOT NULL, reply_to text,
    return_path text NOT NULL, signing_domain_id bigint, version integer DEFAULT 1 NOT NULL, pool_id bigint,
    PRIMARY KEY (id),
    FOREIGN KEY (pool_id) REFERENCES sending_pool(id),
    FOREIGN KEY (signing_domain_id) REFERENCES signing_domain(id));

CREATE TABLE sending_ip (
    id bigint GENERATED AS IDENTITY, pool_id bigint NOT NULL, ip inet, helo_name text DEFAULT '' NOT NULL,
    weight integer DEFAULT 100 NOT NULL, state text DEFAULT 'IN_USE' NOT NULL, cause text, said text,
    since timestamptz, warmup_from date, version integer DEFAULT 1 NOT NULL, changed_by bigint,
    changed_at timestamptz, names_state text, names_found text, names_at timestamptz,
    missing_since timestamptz,
    PRIMARY KEY (id),
    UNIQUE (ip),
    FOREIGN KEY (changed_by) REFERENCES operator(id),
    FOREIGN KEY (pool_id) REFERENCES sending_pool(id),
    CHECK (((state = 'TAKEN_OUT') = (cause IS NOT NULL))),
    CHECK (((weight >= 1) AND (weight <= 100))),
    CHECK ((cause = ANY (ARRAY['OPERATOR', 'BLOCKLIST', 'PROVIDERS']))),
    CHECK ((names_state = ANY (ARRAY['FITS', 'OTHER_NAME', 'ONE_WAY', 'NO_NAME', 'UNKNOWN', 'PRIVATE']))),
    CHECK ((state = ANY (ARRAY['IN_USE', 'TAKEN_OUT']))));

CREATE TABLE sending_pool (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name));

CREATE TABLE sign_in (
    id bigint GENERATED AS IDENTITY, at timestamptz NOT NULL, login text NOT NULL, ip text NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (id),
    CHECK ((outcome = ANY (ARRAY['SUCCESS', 'FAILURE', 'LOCKED']))));

CREATE TABLE signing_domain (
    id bigint GENERATED AS IDENTITY, name text NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name));

CREATE TABLE signing_key (
    id bigint GENERATED AS IDENTITY, domain_id bigint NOT NULL, selector text NOT NULL, algorithm text NOT NULL,
    state text NOT NULL, private_key bytea, public_key bytea, made_at timestamptz NOT NULL,
    signs_from timestamptz, published_until timestamptz,
    PRIMARY KEY (id),
    UNIQUE (domain_id, selector),
    FOREIGN KEY (domain_id) REFERENCES signing_domain(id) ON DELETE CASCADE,
    CHECK (((private_key IS NULL) = (state = 'RETIRED'))),
    CHECK (((published_until IS NOT NULL) = (state = 'LEAVING'))),
    CHECK ((algorithm = ANY (ARRAY['RSA', 'ED25519']))),
    CHECK ((state = ANY (ARRAY['PREPARED', 'SIGNING', 'LEAVING', 'RETIRED']))));
CREATE UNIQUE INDEX signing_key_signs ON signing_key USING btree (domain_id, algorithm) WHERE (state = 'SIGNING');

CREATE TABLE suppressed_domain (
    domain_id bigint NOT NULL, since timestamptz NOT NULL, note text, operator_id bigint,
    PRIMARY KEY (domain_id),
    FOREIGN KEY (domain_id) REFERENCES domain(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK (((length(note) >= 1) AND (length(note) <= 500))));

CREATE TABLE suppression (
    address_id bigint NOT NULL, reason text NOT NULL, since timestamptz NOT NULL, note text,
    operator_id bigint,
    PRIMARY KEY (address_id, reason),
    FOREIGN KEY (address_id) REFERENCES address(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK (((length(note) >= 1) AND (length(note) <= 500))),
    CHECK ((reason = ANY (ARRAY['PERMANENT_FAILURE', 'COMPLAINT', 'REQUESTED', 'BANNED']))));
CREATE INDEX suppression_newest ON suppression USING btree (since DESC, address_id);

CREATE TABLE suppression_change (
    id bigint GENERATED AS IDENTITY, at timestamptz NOT NULL, address_id bigint, domain_id bigint,
    reason text NOT NULL, added boolean NOT NULL, operator_id bigint, note text,
    PRIMARY KEY (id),
    FOREIGN KEY (address_id) REFERENCES address(id),
    FOREIGN KEY (domain_id) REFERENCES domain(id),
    FOREIGN KEY (operator_id) REFERENCES operator(id),
    CHECK (((address_id IS NULL) <> (domain_id IS NULL))),
    CHECK ((reason = ANY (ARRAY['PERMANENT_FAILURE', 'COMPLAINT', 'REQUESTED', 'BANNED']))));
CREATE INDEX suppression_change_of_address ON suppression_change USING btree (address_id, id) WHERE (address_id IS NOT NULL);

CREATE TABLE suppression_rule (
    reason text NOT NULL, threshold integer NOT NULL, consecutive boolean NOT NULL, version integer DEFAULT 1 NOT NULL,
    PRIMARY KEY (reason),
    CHECK (((threshold >= 1) AND (threshold <= 100))));

CREATE TABLE system_event (
    id bigint GENERATED AS IDENTITY, at timestamptz NOT NULL, severity text NOT NULL, kind text NOT NULL,
    mailing_id bigint, subject text DEFAULT '' NOT NULL, figures text[] DEFAULT '{}'[] NOT NULL,
    detail text DEFAULT '' NOT NULL, over_at timestamptz, seen_at timestamptz,
    seen_by bigint, campaign_id bigint,
    PRIMARY KEY (id),
    FOREIGN KEY (seen_by) REFERENCES operator(id),
    CHECK ((severity = ANY (ARRAY['INFO', 'WARNING', 'ERROR']))));
CREATE INDEX system_event_at ON system_event USING btree (at DESC, id DESC);
CREATE INDEX system_event_open ON system_event USING btree (id) WHERE ((severity <> 'INFO') AND (seen_at IS NULL));

CREATE TABLE test_address (
    id bigint GENERATED AS IDENTITY, department_id bigint NOT NULL, address text NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (department_id, address),
    FOREIGN KEY (department_id) REFERENCES department(id));

CREATE TABLE tracked_link (
    mail_version_id bigint NOT NULL, link_no integer NOT NULL, target text NOT NULL, title text,
    PRIMARY KEY (mail_version_id, link_no),
    FOREIGN KEY (mail_version_id) REFERENCES mail_version(id));

CREATE TABLE transcript (
    mailing_id bigint NOT NULL, no integer NOT NULL, at timestamptz NOT NULL, attempt integer NOT NULL,
    ended text NOT NULL, host text NOT NULL, ip text NOT NULL, tls text NOT NULL, mail integer NOT NULL,
    steps jsonb NOT NULL,
    PRIMARY KEY (mailing_id, no),
    CHECK ((ended = ANY (ARRAY['DELIVERED', 'REFUSED', 'DEFERRED', 'BLOCKED', 'CUT', 'NOT_SAFE', 'HANDED_BACK']))));
CREATE INDEX transcript_at ON transcript USING btree (at);

CREATE TABLE waiting_bounce (
    mailing_id bigint NOT NULL, no integer NOT NULL, reason text NOT NULL, reply_id bigint,
    at timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no));

CREATE TABLE waiting_message (
    mailing_id bigint NOT NULL, no integer NOT NULL, destination_id bigint NOT NULL, priority integer NOT NULL,
    due_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    dated_at timestamptz NOT NULL, attempts smallint NOT NULL, reply_id bigint,
    doubtful boolean DEFAULT false NOT NULL, opened boolean DEFAULT false NOT NULL, node_id bigint, node_boot bigint,
    leased_until timestamptz DEFAULT '-infinity'::timestamptz NOT NULL,
    fence bigint DEFAULT 0 NOT NULL, pool_id bigint DEFAULT 1 NOT NULL,
    PRIMARY KEY (mailing_id, no));
CREATE INDEX waiting_message_due ON waiting_message USING btree (destination_id, pool_id, priority, due_at);
CREATE INDEX waiting_message_expiry ON waiting_message USING btree (expires_at);
CREATE INDEX waiting_message_of_node ON waiting_message USING btree (node_id) WHERE (node_id IS NOT NULL);

CREATE TABLE warmup_day (
    sending_ip_id bigint NOT NULL, provider text NOT NULL, day date NOT NULL, step integer NOT NULL,
    mails integer NOT NULL, refused integer NOT NULL, blocked integer NOT NULL,
    PRIMARY KEY (sending_ip_id, provider, day),
    FOREIGN KEY (sending_ip_id) REFERENCES sending_ip(id) ON DELETE CASCADE);
