/// Campaigns: when, and to whom. [Campaigns] keeps drafts and moves them along [CampaignState]; [CampaignClock] hands
/// those that are due to [Launch], which turns a [Target] into the recipients of a mailing in one transaction.
/// [Audience] counts beforehand, [TestMail] tries. What is said is `content`'s, how it is carried is `delivery`'s.
@org.jspecify.annotations.NullMarked
package todoku.campaign;
