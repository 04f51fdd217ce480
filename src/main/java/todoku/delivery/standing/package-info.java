/// Where one mail, one mailing or one destination stands, and what it waits for: [Standings] asks the database, so that it
/// answers beside a running node and after one has died; [StandingSentence] tells it in one sentence.
@org.jspecify.annotations.NullMarked
package todoku.delivery.standing;
