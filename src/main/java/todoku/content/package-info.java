/// What is said: the words of a mail and how they are made personal.
/// A [MailDraft] is a stack of blocks written with Liquid; [CompiledMail] checks it once, takes its links out
/// and renders it for each recipient. [LiquidTemplate] is the language alone, for any other text with merge fields.
/// This package knows nothing of segments, sending or tracking: it is handed values and addresses.
@NullMarked
package todoku.content;

import org.jspecify.annotations.NullMarked;
