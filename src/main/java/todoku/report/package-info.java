/// Report: what happened, in figures. It only reads.
///
/// [Reports] answers about one campaign, [Overview] about the whole installation. The counters are those of the
/// architecture: 配信数 = 成功 + エラー + 除外 + 不明 + 未配信, and every rate divides by 成功.
@NullMarked
package todoku.report;

import org.jspecify.annotations.NullMarked;
