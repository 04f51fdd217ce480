/// The simulated internet: every domain of the world on loopback ports, with the limits and words of real providers
/// (`simulation/providers.rules`). [SimulatedInternet] routes and receives; a [Doorman] counts what one address of ours
/// sends to one provider; a [Behaviour] replaces all that for one domain; a [SimulatedMail] is what arrived.
/// This module knows nothing of the engine that sends to it, and nothing it receives leaves this machine.
@NullMarked
package todoku.simulation;

import org.jspecify.annotations.NullMarked;
