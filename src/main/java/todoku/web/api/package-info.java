/// The REST interface's own manners: [ApiDocument] says what may be asked, [Body] and [ApiRequests] hold every request to
/// it, [Problems] answers what goes wrong (RFC 9457), [Idempotency] answers twice what was asked twice.
@NullMarked
package todoku.web.api;

import org.jspecify.annotations.NullMarked;
