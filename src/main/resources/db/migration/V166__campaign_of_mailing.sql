-- Every second: which 配信済 campaigns have a mailing that goes on?
CREATE INDEX campaign_of_mailing ON campaign (mailing_id);
