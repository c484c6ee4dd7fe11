// SPDX-License-Identifier: MIT
#include "app/panels/elided_label.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QToolTip>
#include <algorithm>

namespace hmr {

ElidedLabel::ElidedLabel(int numKeptLetters, QWidget* parent) : QLabel(parent), numKeptLetters_(numKeptLetters) {}

QSize ElidedLabel::minimumSizeHint() const {
    const QSize whole = QLabel::minimumSizeHint();
    const int textWidth = fontMetrics().horizontalAdvance(text());
    return {whole.width() - textWidth + std::min(textWidth, numKeptLetters_ * fontMetrics().averageCharWidth()), whole.height()};
}

QString ElidedLabel::shownText() const { return fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()); }

bool ElidedLabel::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && shownText() != text()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), toolTip() + "\n" + text(), this);
        return true;
    }
    return QLabel::event(event);
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(), shownText(), foregroundRole());
}

}  // namespace hmr
