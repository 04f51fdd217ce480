package todoku.web;

import java.time.ZoneId;

/// What every page of this installation knows.
///
/// @param zone the clock on the wall
/// @param live 本番: mail reaches real people
public record Surroundings(ZoneId zone, boolean live) {}
