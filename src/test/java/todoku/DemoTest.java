package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The main job as a newcomer runs it: own database, own engine, simulated internet, nothing faked in between.
class DemoTest {
    @Test
    void the_sample_customers_get_their_mail_once_and_signed() throws Exception {
        assertThat(Demo.run(new String[] {"--json"})).isZero();
    }

    @Test
    void a_shops_file_is_imported_planned_and_delivered_to_the_last_customer() throws Exception {
        Path file = Path.of("src/test/resources/shop/customers.csv");
        assertThat(file).exists();
        assertThat(Demo.run(new String[] {"--customers", file.toString()})).isZero();
    }

    @Test
    void an_option_that_does_not_exist_is_refused() throws Exception {
        assertThat(Demo.run(new String[] {"--nothing"})).isEqualTo(2);
    }
}
