package todoku.campaign;

import org.jspecify.annotations.Nullable;
import todoku.guard.FirstPercent;
import todoku.guard.GuardSettings;
import todoku.guard.Rate;

/// 安全装置 of one campaign: how near it is to what would stop it.
///
/// @param first はじめの1%; null when everybody goes at once
public record Safety(@Nullable FirstPercent first, Rate rate, GuardSettings limits) {}
