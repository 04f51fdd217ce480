package todoku.customer;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// A field every customer has: its column in the table, how its cells are read, and the headers it is known by.
enum StandardField {
    NUMBER("number", Form.PLAIN, "会員番号", "会員id", "会員no", "会員no.", "顧客番号", "顧客id"),
    FAMILY_NAME("family_name", Form.TEXT, "姓", "苗字", "氏名(姓)", "名前(姓)"),
    GIVEN_NAME("given_name", Form.TEXT, "名", "氏名(名)", "名前(名)"),
    FAMILY_KANA("family_kana", Form.PLAIN, "セイ", "せい", "姓カナ", "姓(カナ)", "フリガナ(姓)", "フリガナ(セイ)"),
    GIVEN_KANA("given_kana", Form.PLAIN, "メイ", "めい", "名カナ", "名(カナ)", "フリガナ(名)", "フリガナ(メイ)"),
    GENDER("gender", Form.TEXT, "性別"),
    BIRTHDAY("birthday", Form.DATE, "生年月日", "誕生日"),
    POSTAL_CODE("postal_code", Form.PLAIN, "郵便番号", "〒"),
    PREFECTURE("prefecture", Form.TEXT, "都道府県"),
    CITY("city", Form.PLAIN, "市区町村・番地", "市区町村", "住所", "市区町村番地"),
    TELEPHONE("telephone", Form.PLAIN, "電話番号", "電話", "tel");

    enum Form { TEXT, PLAIN, DATE }

    final String column;
    final Form form;
    /// In the sentences about a file.
    final String label;
    private final Set<String> headers;

    StandardField(String column, Form form, String... headers) {
        this.column = column;
        this.form = form;
        this.label = headers[0];
        this.headers = Set.of(headers);
    }

    static Optional<StandardField> named(String foldedHeader) {
        return Arrays.stream(values()).filter(field -> field.headers.contains(foldedHeader)).findFirst();
    }
}
