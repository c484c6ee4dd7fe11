// SPDX-License-Identifier: MIT
#include "app/icons.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <array>

namespace hmr {
namespace {

QPainterPath polyline(std::initializer_list<QPointF> points, bool isClosed = false) {
    QPainterPath path;
    bool isFirst = true;
    for (const QPointF& point : points) {
        isFirst ? path.moveTo(point) : path.lineTo(point);
        isFirst = false;
    }
    if (isClosed) path.closeSubpath();
    return path;
}

QPainterPath arrowAround(bool clockwise) {
    QPainterPath path;
    path.arcMoveTo(QRectF(3.5, 4.5, 9, 9), clockwise ? 100 : 80);
    path.arcTo(QRectF(3.5, 4.5, 9, 9), clockwise ? 100 : 80, clockwise ? 230 : -230);
    const double x = clockwise ? 7.3 : 8.7, side = clockwise ? 1 : -1;
    path.addPath(polyline({{x - side * 2.2, 2}, {x + side * 0.2, 4.6}, {x - side * 2.6, 6.6}}));
    return path;
}

QPainterPath curvedArrow(bool toLeft) {
    const auto at = [toLeft](double x, double y) { return QPointF(toLeft ? x : 16 - x, y); };
    QPainterPath path(at(3, 6));
    path.lineTo(at(9, 6));
    path.cubicTo(at(15, 6), at(15, 13), at(9, 13));
    path.addPath(polyline({at(6, 3), at(3, 6), at(6, 9)}));
    return path;
}

/// Outlines on a 16 x 16 grid.
QPainterPath outline(Glyph glyph) {
    QPainterPath path;
    switch (glyph) {
        case Glyph::Open:
            path.addRoundedRect(2, 3, 12, 10, 1.5, 1.5);
            path.addPath(polyline({{2.5, 11.5}, {6, 7.5}, {8.5, 10}, {10.5, 8.5}, {13.5, 11.5}}));
            path.addEllipse(QPointF(10.8, 5.8), 0.9, 0.9);
            break;
        case Glyph::Folder:
            path = polyline({{2, 13}, {2, 3.5}, {6, 3.5}, {7.5, 5.5}, {14, 5.5}, {14, 13}}, true);
            break;
        case Glyph::Camera:
            path.addRoundedRect(1.5, 4.5, 9, 7.5, 1.5, 1.5);
            path.addPath(polyline({{10.5, 7.5}, {14.5, 5.2}, {14.5, 11.3}, {10.5, 9}}));
            break;
        case Glyph::Play:
            path = polyline({{4.5, 2.8}, {13, 8}, {4.5, 13.2}}, true);
            break;
        case Glyph::Pause:
            path.addRect(4, 3, 2.5, 10);
            path.addRect(9.5, 3, 2.5, 10);
            break;
        case Glyph::Previous:
            path = polyline({{12, 3}, {5, 8}, {12, 13}}, true);
            path.addPath(polyline({{3.5, 3}, {3.5, 13}}));
            break;
        case Glyph::Next:
            path = polyline({{4, 3}, {11, 8}, {4, 13}}, true);
            path.addPath(polyline({{12.5, 3}, {12.5, 13}}));
            break;
        case Glyph::DrawBox:
            path.addRect(3, 3, 10, 10);
            for (const QPointF corner : {QPointF(3, 3), QPointF(13, 3), QPointF(3, 13), QPointF(13, 13)}) path.addRect(corner.x() - 1.2, corner.y() - 1.2, 2.4, 2.4);
            break;
        case Glyph::Detect:
            path.addPath(polyline({{2, 5}, {2, 2}, {5, 2}}));
            path.addPath(polyline({{11, 2}, {14, 2}, {14, 5}}));
            path.addPath(polyline({{14, 11}, {14, 14}, {11, 14}}));
            path.addPath(polyline({{5, 14}, {2, 14}, {2, 11}}));
            path.addEllipse(QPointF(8, 5.6), 1.6, 1.6);
            path.addPath(polyline({{5.5, 12}, {5.5, 9.8}, {7, 8.6}, {9, 8.6}, {10.5, 9.8}, {10.5, 12}}));
            break;
        case Glyph::Delete:
            path = polyline({{4, 5}, {4.8, 14}, {11.2, 14}, {12, 5}});
            path.addPath(polyline({{2.5, 4.5}, {13.5, 4.5}}));
            path.addPath(polyline({{6, 4.2}, {6, 2.2}, {10, 2.2}, {10, 4.2}}));
            break;
        case Glyph::Reset:
            path = arrowAround(true);
            break;
        case Glyph::Undo:
            path = curvedArrow(true);
            break;
        case Glyph::Redo:
            path = curvedArrow(false);
            break;
        case Glyph::Export:
            path = polyline({{3, 8}, {3, 13.5}, {13, 13.5}, {13, 8}});
            path.addPath(polyline({{8, 10}, {8, 2.2}}));
            path.addPath(polyline({{5, 5}, {8, 2}, {11, 5}}));
            break;
        case Glyph::Fit:
            path = polyline({{2.5, 6}, {2.5, 2.5}, {6, 2.5}});
            path.addPath(polyline({{10, 2.5}, {13.5, 2.5}, {13.5, 6}}));
            path.addPath(polyline({{13.5, 10}, {13.5, 13.5}, {10, 13.5}}));
            path.addPath(polyline({{6, 13.5}, {2.5, 13.5}, {2.5, 10}}));
            break;
        case Glyph::Overlay:
            path.addRoundedRect(1.8, 2.5, 12.4, 11, 1.2, 1.2);
            path.addEllipse(QPointF(8, 5.6), 1.4, 1.4);
            path.addPath(polyline({{5.5, 13.3}, {5.8, 9}, {8, 8}, {10.2, 9}, {10.5, 13.3}}));
            break;
        case Glyph::Side:
            path.addEllipse(QPointF(8.5, 3.6), 1.7, 1.7);
            path.addPath(polyline({{7.6, 6}, {6.8, 9.6}, {9.4, 9.6}, {8.8, 6.2}}));
            path.addPath(polyline({{7.6, 9.8}, {7.4, 14}, {9.8, 14}}));
            break;
        case Glyph::Orbit:
            path.addEllipse(QPointF(8, 8), 6.2, 2.6);
            path.addEllipse(QPointF(8, 8), 2.6, 6.2);
            break;
        case Glyph::Close:
            path = polyline({{4, 4}, {12, 12}});
            path.addPath(polyline({{12, 4}, {4, 12}}));
            break;
    }
    return path;
}

bool isFilled(Glyph glyph) { return glyph == Glyph::Play || glyph == Glyph::Pause || glyph == Glyph::Previous || glyph == Glyph::Next; }

class GlyphEngine : public QIconEngine {
public:
    explicit GlyphEngine(Glyph glyph) : glyph_(glyph) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor color = QApplication::palette().color(group, mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::WindowText);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.topLeft());
        painter->scale(rect.width() / 16.0, rect.height() / 16.0);
        painter->setPen(QPen(color, 1.25, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(isFilled(glyph_) ? QBrush(color) : QBrush(Qt::NoBrush));
        painter->drawPath(outline(glyph_));
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect({0, 0}, size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new GlyphEngine(glyph_); }

private:
    Glyph glyph_;
};

}  // namespace

QIcon icon(Glyph glyph) { return QIcon(new GlyphEngine(glyph)); }

QIcon programIcon() {
    QPixmap pixmap(128, 128);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0x23, 0x2a, 0x34));
    painter.drawRoundedRect(QRectF(4, 4, 120, 120), 26, 26);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0xff, 0xcc, 0x4d), 5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    for (const auto& [x, y, dx, dy] : {std::array{26, 26, 18, 18}, std::array{102, 26, -18, 18}, std::array{26, 102, 18, -18}, std::array{102, 102, -18, -18}}) {
        painter.drawLine(x, y, x + dx, y);
        painter.drawLine(x, y, x, y + dy);
    }
    painter.setPen(QPen(QColor(0x8f, 0xba, 0xed), 11, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(polyline({{42, 56}, {64, 52}, {86, 56}}));
    painter.drawPath(polyline({{64, 54}, {64, 74}}));
    painter.drawPath(polyline({{52, 100}, {64, 74}, {76, 100}}));
    painter.setBrush(QColor(0x8f, 0xba, 0xed));
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(QPointF(64, 34), 9, 9);
    return QIcon(pixmap);
}

}  // namespace hmr
