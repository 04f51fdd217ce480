package todoku.simulation;

import java.time.Instant;

/// A mail the simulated internet has taken.
/// @param id counts from 1 in the order of arrival
/// @param messageId as in the header, empty when there is none
/// @param verified what the verifier said, which usually means its DKIM signature
/// @param content not to be changed
public record SimulatedMail(
        long id, Instant at, String from, String to, String messageId, boolean verified, byte[] content) {}
