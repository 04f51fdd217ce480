package todoku.customer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// A field with one choice as a board, such as 商談の段階: who stands where, and moving them on.
@Controller
class BoardPages {
    private static final int CARDS = 20;

    private final Fields fields;
    private final Customers customers;
    private final CustomerDesk desk;

    BoardPages(Fields fields, Customers customers, CustomerDesk desk) {
        this.fields = fields;
        this.customers = customers;
        this.desk = desk;
    }

    /// `lane` and `below`: the column that has been leafed through, and how far.
    @GetMapping("/customers/board")
    @Allowed(Function.CUSTOMER_VIEW)
    View board(
            Operator by,
            Page page,
            @RequestParam(defaultValue = "0") long field,
            @RequestParam(defaultValue = "-1") int lane,
            @RequestParam(defaultValue = "0") long below) {
        List<Field> boards = fields.all().stream()
                .filter(each -> each.type() == FieldType.CHOICE && !(each.personal() && page.mask().masked()))
                .toList();
        @Nullable Field shown = field == 0 ? (boards.isEmpty() ? null : boards.getFirst()) : chosen(by, field);
        List<BoardLane> lanes = new ArrayList<>();
        if (shown != null)
            for (int i = 0; i < shown.choices().size(); i++) lanes.add(lane(shown, shown.choices().get(i), i == lane && below > 0 ? below : Long.MAX_VALUE));
        return Screen.of("customer/board").with("field", shown).with("boards", boards).with("lanes", lanes).with("most", CARDS);
    }

    private BoardLane lane(Field field, String choice, long below) {
        List<Customer> found = customers.choosing(field, choice, below, CARDS + 1);
        boolean more = found.size() > CARDS;
        List<Customer> cards = more ? found.subList(0, CARDS) : found;
        long count = customers.countChoosing(field, choice);
        return new BoardLane(choice, Math.min(count, Customers.COUNT_LIMIT), count > Customers.COUNT_LIMIT, cards,
                more ? cards.getLast().id() : 0, below == Long.MAX_VALUE);
    }

    @PostMapping("/customers/board")
    @Allowed(Function.CUSTOMER_EDIT)
    View move(Operator by, Page page, @RequestParam long field, @RequestParam long customer, @RequestParam int version, @RequestParam String to) {
        Field shown = chosen(by, field);
        if (!shown.choices().contains(to)) throw new NotFound();
        boolean done = desk.choose(by, customer, version, shown, to);
        return Redirect.to("/customers/board?field=" + field)
                .saying(done ? page.t("customer.board.moved", to) : page.t("web.stale", page.t("customer.this")));
    }

    private Field chosen(Operator by, long id) {
        Field field = fields.find(id).filter(each -> each.type() == FieldType.CHOICE && !each.retired()).orElseThrow(NotFound::new);
        if (field.personal() && !by.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
        return field;
    }
}
