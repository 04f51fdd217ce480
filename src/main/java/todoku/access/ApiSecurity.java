package todoku.access;

import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfFilter;
import todoku.database.Database;
import todoku.web.api.Answers;
import todoku.web.api.Idempotency;
import todoku.web.api.Problems;

/// Everything below `/api/` is for programs with a key: no cookie is read or given, and no form's token is asked for.
@Configuration
class ApiSecurity {
    private final ApiDoor door;
    private final Idempotency idempotency;

    ApiSecurity(ApiKeys keys, Database database, Answers answers, Problems problems, InstantSource clock) {
        this.door = new ApiDoor(keys, new ApiPace(clock), problems);
        this.idempotency = new Idempotency(database, answers, problems);
    }

    @Bean
    @Order(1)
    SecurityFilterChain apiChain(HttpSecurity http) throws Exception {
        return http.securityMatcher("/api/**")
                .csrf(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.contentTypeOptions(Customizer.withDefaults())
                        .contentSecurityPolicy(policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'")))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .addFilterBefore(door, CsrfFilter.class)
                .addFilterAfter(idempotency, ApiDoor.class)
                .build();
    }
}
