package todoku.content;

/// A place in a source that is not Liquid but matters at rendering.
record Mark(int at, Kind kind, int linkNo) {
    enum Kind {
        LINK_START,
        LINK_END,
        PIXEL
    }
}
