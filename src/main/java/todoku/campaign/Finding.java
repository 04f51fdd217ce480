package todoku.campaign;

/// One line of 送信前のチェック: an error stops the reservation, a warning asks for a look.
///
/// @param href where it is mended
public record Finding(boolean error, String text, String href) {}
