package todoku.campaign;

/// Somebody who checks mails before they are sent, registered in a department.
public record TestAddress(long id, String address) {}
