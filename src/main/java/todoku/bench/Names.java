package todoku.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What invented people are called, from where they are, and where their mail is: the common first, as often as in Japan.
final class Names {
    private Names() {}

    /// Written, read, and as in a mail address.
    private static final List<String> FAMILIES = List.of(
            "佐藤 サトウ sato", "鈴木 スズキ suzuki", "高橋 タカハシ takahashi", "田中 タナカ tanaka", "伊藤 イトウ ito", "渡辺 ワタナベ watanabe",
            "山本 ヤマモト yamamoto", "中村 ナカムラ nakamura", "小林 コバヤシ kobayashi", "加藤 カトウ kato", "吉田 ヨシダ yoshida", "山田 ヤマダ yamada",
            "佐々木 ササキ sasaki", "山口 ヤマグチ yamaguchi", "松本 マツモト matsumoto", "井上 イノウエ inoue", "木村 キムラ kimura", "林 ハヤシ hayashi",
            "斎藤 サイトウ saito", "清水 シミズ shimizu", "山崎 ヤマザキ yamazaki", "森 モリ mori", "池田 イケダ ikeda", "橋本 ハシモト hashimoto",
            "阿部 アベ abe", "石川 イシカワ ishikawa", "山下 ヤマシタ yamashita", "中島 ナカジマ nakajima", "石井 イシイ ishii", "小川 オガワ ogawa",
            "前田 マエダ maeda", "岡田 オカダ okada", "長谷川 ハセガワ hasegawa", "藤田 フジタ fujita", "後藤 ゴトウ goto", "近藤 コンドウ kondo",
            "村上 ムラカミ murakami", "遠藤 エンドウ endo", "青木 アオキ aoki", "坂本 サカモト sakamoto", "髙橋 タカハシ takahashi", "𠮷田 ヨシダ yoshida",
            "渡邉 ワタナベ watanabe", "齋藤 サイトウ saito", "﨑山 サキヤマ sakiyama", "原 ハラ hara", "関 セキ seki", "東 アズマ azuma", "辻 ツジ tsuji", "堀 ホリ hori");

    private static final List<String> GIVEN = List.of(
            "誠 マコト makoto", "陽子 ヨウコ yoko", "健一 ケンイチ kenichi", "恵子 ケイコ keiko", "直樹 ナオキ naoki", "裕子 ユウコ yuko", "浩 ヒロシ hiroshi",
            "真由美 マユミ mayumi", "大輔 ダイスケ daisuke", "美穂 ミホ miho", "翔太 ショウタ shota", "さくら サクラ sakura", "健太 ケンタ kenta", "愛 アイ ai",
            "拓也 タクヤ takuya", "花子 ハナコ hanako", "太郎 タロウ taro", "美咲 ミサキ misaki", "蓮 レン ren", "結衣 ユイ yui", "陽翔 ハルト haruto",
            "葵 アオイ aoi", "大和 ヤマト yamato", "凛 リン rin", "修 オサム osamu", "幸子 サチコ sachiko", "隆 タカシ takashi", "洋子 ヨウコ yoko",
            "学 マナブ manabu", "京子 キョウコ kyoko", "翼 ツバサ tsubasa", "桃子 モモコ momoko", "優斗 ユウト yuto", "七海 ナナミ nanami", "亮 リョウ ryo");

    /// How many of two hundred live there.
    private static final List<String> PREFECTURES = List.of(
            "東京都 27", "神奈川県 16", "大阪府 15", "愛知県 12", "埼玉県 12", "千葉県 10", "兵庫県 9", "北海道 9", "福岡県 8", "静岡県 6", "茨城県 5", "広島県 5",
            "京都府 5", "宮城県 4", "新潟県 3", "長野県 3", "岐阜県 3", "群馬県 3", "栃木県 3", "岡山県 3", "福島県 3", "三重県 3", "熊本県 3", "鹿児島県 3",
            "沖縄県 2", "滋賀県 2", "山口県 2", "愛媛県 2", "奈良県 2", "長崎県 2", "青森県 2", "岩手県 2", "石川県 2", "大分県 2", "宮崎県 1", "山形県 1",
            "富山県 1", "秋田県 1", "香川県 1", "和歌山県 1", "山梨県 1", "佐賀県 1", "福井県 1", "徳島県 1", "高知県 1", "島根県 1", "鳥取県 1");

    /// How many of a hundred have their mail there. Reserved names (RFC 2606): nobody will ever get mail there.
    private static final List<String> DOMAINS = List.of(
            "gmail.example 38", "yahoo-japan.example 18", "docomo.example 12", "au.example 9", "icloud.example 9", "softbank.example 6", "outlook.example 4",
            "ymobile.example 1", "rakuten.example 1", "kaisha.example 1", "daigaku.example 1");

    static String[] families(int part) {
        return part(FAMILIES, part);
    }

    static String[] given(int part) {
        return part(GIVEN, part);
    }

    static String[] prefectures() {
        return weighted(PREFECTURES);
    }

    static String[] domains() {
        return weighted(DOMAINS);
    }

    private static String[] part(List<String> names, int part) {
        return names.stream().map(name -> name.split(" ")[part]).toArray(String[]::new);
    }

    private static String[] weighted(List<String> names) {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            String[] parts = name.split(" ");
            String[] times = new String[Integer.parseInt(parts[1])];
            Arrays.fill(times, parts[0]);
            all.addAll(Arrays.asList(times));
        }
        return all.toArray(String[]::new);
    }
}
