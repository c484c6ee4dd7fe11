// SPDX-License-Identifier: MIT
#include "app/motion/track_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "renderer/scene_figure.h"

namespace hmr {
namespace {

constexpr int kNames = 96, kRuler = 22, kRow = 22, kMargin = 8;  // pixels

QColor colorOf(int person) {
    const Eigen::Vector3f c = figureColor(person);
    return QColor::fromRgbF(c.x(), c.y(), c.z());
}

/// Frames between marks of the ruler, so that the marks stand at least this far apart.
int rulerStep(double pixelsPerFrame) {
    for (const int step : {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000})
        if (step * pixelsPerFrame >= 60) return step;
    return 10000;
}

}  // namespace

TrackView::TrackView(TakeEditor& editor, QWidget* parent) : QWidget(parent), editor_(editor) {
    setObjectName("trackView");
    setToolTip(tr("Drag to scrub, drag with Shift to choose a range, click a row to choose the person"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::MinimumExpanding);
    connect(&editor, &TakeEditor::takeChanged, this, [this] {
        updateGeometry();
        update();
    });
    connect(&editor, &TakeEditor::frameChanged, this, QOverload<>::of(&QWidget::update));
    connect(&editor, &TakeEditor::keysChanged, this, QOverload<>::of(&QWidget::update));
    connect(&editor, &TakeEditor::rangeChanged, this, QOverload<>::of(&QWidget::update));
    connect(&editor, &TakeEditor::personChanged, this, QOverload<>::of(&QWidget::update));
}

QSize TrackView::sizeHint() const { return {600, kRuler + kRow * std::max<int>(2, static_cast<int>(editor_.take().tracks.size())) + kMargin}; }

double TrackView::xOfFrame(double frame) const {
    return kNames + (width() - kNames - kMargin) * frame / std::max(1, editor_.take().numFrames);
}

int TrackView::frameAt(double x) const {
    const int count = std::max(1, editor_.take().numFrames);
    return std::clamp(static_cast<int>(std::floor((x - kNames) * count / std::max(1, width() - kNames - kMargin))), 0, count - 1);
}

QRectF TrackView::rowRect(int row) const { return {double(kNames), kRuler + double(kRow) * row + 3, double(width() - kNames - kMargin), kRow - 6.0}; }

void TrackView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().base());
    if (!editor_.hasTake()) {
        painter.setPen(palette().color(QPalette::Disabled, QPalette::Text));
        painter.drawText(rect(), Qt::AlignCenter, tr("Record a take to see everybody's motion here"));
        return;
    }
    if (editor_.hasRange()) {
        const FrameRange range = editor_.range();
        QColor shade = palette().highlight().color();
        shade.setAlpha(50);
        painter.fillRect(QRectF(QPointF(xOfFrame(range.first), 0), QPointF(xOfFrame(range.end), height())), shade);
    }
    paintRuler(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    int row = 0;
    for (const Track& track : editor_.take().tracks) paintTrack(painter, row++, track);
    painter.setPen(QPen(palette().highlight().color(), 2));
    const double x = xOfFrame(editor_.frame() + 0.5);
    painter.drawLine(QPointF(x, 0), QPointF(x, height()));
}

void TrackView::paintRuler(QPainter& painter) const {
    const int count = editor_.take().numFrames, step = rulerStep(xOfFrame(1) - xOfFrame(0));
    QColor line = palette().color(QPalette::Text);
    line.setAlpha(110);
    painter.setPen(line);
    for (int frame = 0; frame < count; frame += step) {
        const double x = xOfFrame(frame);
        painter.drawLine(QPointF(x, kRuler - 6), QPointF(x, kRuler - 1));
        painter.drawText(QRectF(x + 2, 0, 80, kRuler - 4), Qt::AlignLeft | Qt::AlignVCenter, QString::number(frame + 1));
    }
}

void TrackView::paintTrack(QPainter& painter, int row, const Track& track) const {
    const QRectF bar = rowRect(row);
    const bool isChosen = track.id == editor_.person();
    painter.setPen(palette().color(QPalette::Text));
    QFont font = painter.font();
    font.setBold(isChosen);
    painter.setFont(font);
    painter.drawText(QRectF(kMargin, bar.top(), kNames - 2 * kMargin, bar.height()), Qt::AlignVCenter | Qt::AlignLeft, QString::fromStdString(track.name));
    painter.setPen(Qt::NoPen);
    // Runs of seen and of made frames.
    for (std::size_t i = 0; i < track.samples.size();) {
        if (!track.samples[i]) {
            ++i;
            continue;
        }
        const bool isMade = track.samples[i]->isMade;
        std::size_t end = i;
        while (end < track.samples.size() && track.samples[end] && track.samples[end]->isMade == isMade) ++end;
        const double left = xOfFrame(track.firstFrame + double(i)), right = std::max(left + 1, xOfFrame(track.firstFrame + double(end)));
        painter.setBrush(QBrush(colorOf(track.id), isMade ? Qt::BDiagPattern : Qt::SolidPattern));
        painter.drawRect(QRectF(left, bar.top(), right - left, bar.height()));
        i = end;
    }
    const auto keys = editor_.state().keys.find(track.id);
    if (keys == editor_.state().keys.end()) return;
    painter.setPen(QPen(palette().color(QPalette::Base), 1));
    painter.setBrush(palette().color(QPalette::Text));
    for (const auto& [frame, key] : keys->second.keys) {
        const QPointF middle(xOfFrame(frame + 0.5), bar.center().y());
        const double size = 5;
        painter.drawPolygon(QPolygonF({middle + QPointF(0, -size), middle + QPointF(size, 0), middle + QPointF(0, size), middle + QPointF(-size, 0)}));
    }
}

void TrackView::mousePressEvent(QMouseEvent* event) {
    if (!editor_.hasTake() || event->button() != Qt::LeftButton) return;
    const int row = static_cast<int>((event->position().y() - kRuler) / kRow);
    if (event->position().y() >= kRuler && row < static_cast<int>(editor_.take().tracks.size()))
        editor_.selectPerson(editor_.take().tracks[static_cast<std::size_t>(row)].id);
    pressedFrame_ = frameAt(event->position().x());
    const bool selectsRange = event->modifiers().testFlag(Qt::ShiftModifier);
    if (!selectsRange && editor_.hasRange() && event->position().y() < kRuler) editor_.setRange(std::nullopt);
    if (event->position().x() >= kNames) drag(event->position(), selectsRange);
}

void TrackView::mouseMoveEvent(QMouseEvent* event) {
    if (!editor_.hasTake() || !event->buttons().testFlag(Qt::LeftButton)) return;
    drag(event->position(), event->modifiers().testFlag(Qt::ShiftModifier));
}

void TrackView::drag(const QPointF& place, bool selectsRange) {
    const int frame = frameAt(place.x());
    if (selectsRange) editor_.setRange(FrameRange{std::min(pressedFrame_, frame), std::max(pressedFrame_, frame) + 1});
    else editor_.showFrame(frame);
}

}  // namespace hmr
