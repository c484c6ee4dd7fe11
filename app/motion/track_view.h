// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/motion/take_editor.h"

namespace hmr {

/// The tracks of a take over time: a bar where a person was seen, hatched where a filter made the frames, nothing in gaps;
/// diamonds for keys, the playhead, the chosen range. Press or drag to scrub, drag with Shift for a range, click a row to
/// choose the person.
class TrackView : public QWidget {
    Q_OBJECT
public:
    explicit TrackView(TakeEditor& editor, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, 60}; }
    double xOfFrame(double frame) const;
    int frameAt(double x) const;
    QRectF rowRect(int row) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void drag(const QPointF& place, bool selectsRange);
    void paintRuler(QPainter& painter) const;
    void paintTrack(QPainter& painter, int row, const Track& track) const;

    TakeEditor& editor_;
    int pressedFrame_ = 0;
};

}  // namespace hmr
