// SPDX-License-Identifier: MIT
#include "app/panels/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

#include "app/icons.h"

namespace hmr {
namespace {

constexpr qint64 kTogether = 1500;  ///< milliseconds

}  // namespace

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), text_(new QLabel(this)) {
    setObjectName("messageBar");
    text_->setObjectName("messageText");
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton(this);
    close->setObjectName("messageCloseButton");
    close->setIcon(icon(Glyph::Close));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this message"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addWidget(text_, 1);
    layout->addWidget(close, 0, Qt::AlignTop);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void MessageBar::showMessage(Kind kind, const QString& text) {
    const char* const names[] = {"info", "warning", "error"};
    setProperty("kind", names[static_cast<int>(kind)]);
    style()->unpolish(this);
    style()->polish(this);
    // Of two faults at once the second must not hide the first.
    const bool goesOn = !isHidden() && sinceShown_.isValid() && sinceShown_.elapsed() < kTogether && text_->text() != text;
    text_->setText(goesOn ? text_->text() + "\n" + text : text);
    sinceShown_.start();
    show();
}

QString MessageBar::text() const { return isHidden() ? QString() : text_->text(); }

}  // namespace hmr
