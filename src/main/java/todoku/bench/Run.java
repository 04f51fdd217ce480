package todoku.bench;

import java.util.Map;

/// One run of one contender: its rate, what each mail cost by process in µs of processor time, and how busy the machine
/// was when it began.
record Run(double mailsPerSecond, Map<String, Double> microsPerMail, double load) {}
