/// How the number of customers grew: [GrowthFollower] adds up what the ledger tells, hour by hour, from the first customer on;
/// [Growth] answers by hour, day, month and year, for all and for one group; [GrowthPages] shows it. Nothing here changes a
/// customer.
@org.jspecify.annotations.NullMarked
package todoku.customer.growth;
