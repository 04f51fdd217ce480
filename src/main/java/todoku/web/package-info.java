/// Web: what every page shares.
///
/// A handler returns a [Screen] or a [Redirect]; the template gets its texts, dates, masking and menu from [Page].
/// [Texts] holds the words of all modules in Japanese and English. [OutboundHttp] is the only way out for HTTP.
@NullMarked
package todoku.web;

import org.jspecify.annotations.NullMarked;
