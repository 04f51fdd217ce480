package todoku.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A handler of the REST interface, and the scope its caller's key needs. It is reached with a key only: neither a session
/// nor a form's token has any meaning there.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Scoped {
    /// One, or none: then any key will do.
    Scope[] value() default {};
}
