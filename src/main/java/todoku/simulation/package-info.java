/// The simulated internet: every domain of the world on one loopback port, with the manners of real receivers.
/// [SimulatedInternet] routes and receives; a [Behaviour] says how a domain treats mail; a [SimulatedMail] is what arrived.
/// This module knows nothing of the engine that sends to it, and nothing it receives leaves this machine.
@NullMarked
package todoku.simulation;

import org.jspecify.annotations.NullMarked;
