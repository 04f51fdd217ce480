package todoku.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.catalina.connector.ClientAbortException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import todoku.access.NotAllowed;

/// What went wrong, why, and what to do: one page for all of it.
@ControllerAdvice
class ErrorPages {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorPages.class);

    @ExceptionHandler({NotFound.class, NoResourceFoundException.class})
    Screen notFound() {
        return page("web.error.not-found", HttpStatus.NOT_FOUND, "");
    }

    /// Nothing has such a number; a wrong parameter behind the `?` is the request's fault.
    @ExceptionHandler
    Screen notANumber(MethodArgumentTypeMismatchException e) {
        return e.getParameter().hasParameterAnnotation(PathVariable.class)
                ? notFound()
                : page("web.error.bad-request", HttpStatus.BAD_REQUEST, "");
    }

    @ExceptionHandler
    Screen notAllowed(NotAllowed e, HttpServletRequest request) {
        return page("web.error.not-allowed", HttpStatus.FORBIDDEN, "").with("functionKey", e.function().key());
    }

    @ExceptionHandler
    Screen tooLarge(MaxUploadSizeExceededException e) {
        return page("web.error.too-large", HttpStatus.CONTENT_TOO_LARGE, "");
    }

    /// The browser has gone: nobody reads an answer.
    @ExceptionHandler({AsyncRequestNotUsableException.class, ClientAbortException.class})
    @Nullable
    Void gone() {
        return null;
    }

    /// It goes on by itself when the database is back.
    @ExceptionHandler
    Screen databaseAway(DataAccessResourceFailureException e) {
        LOG.warn("the database does not answer", e);
        return page("web.error.database", HttpStatus.SERVICE_UNAVAILABLE, "");
    }

    /// Ours: the number leads from the page to the log.
    @ExceptionHandler
    Screen other(Exception e, HttpServletRequest request) {
        if (e instanceof ErrorResponse answer && answer.getStatusCode().is4xxClientError())
            return page("web.error.bad-request", HttpStatus.valueOf(answer.getStatusCode().value()), "");
        String number = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        LOG.error("{} {} failed, number {}", request.getMethod(), request.getRequestURI(), number, e);
        return page("web.error.ours", HttpStatus.INTERNAL_SERVER_ERROR, number);
    }

    private static Screen page(String key, HttpStatus status, String number) {
        return Screen.of("layout/error").with("key", key).with("number", number).with("functionKey", "").status(status);
    }
}
