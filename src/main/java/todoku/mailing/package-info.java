/// Mailings, the spine: what is sent, to which addresses, how each recipient ended, how far it is.
/// [Mailings] keeps the states and counts; [Results] writes how recipients ended, each once. This module knows neither
/// mail servers nor marketing.
@NullMarked
package todoku.mailing;

import org.jspecify.annotations.NullMarked;
