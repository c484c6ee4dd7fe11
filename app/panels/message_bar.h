// SPDX-License-Identifier: MIT
#pragma once
#include <QElapsedTimer>
#include <QFrame>

class QLabel;

namespace hmr {

/// A line over the picture that says what went wrong and what to do, until it is closed. It never blocks the window.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };
    explicit MessageBar(QWidget* parent = nullptr);
    void showMessage(Kind kind, const QString& text);
    QString text() const;

private:
    QLabel* text_;
    QElapsedTimer sinceShown_;
};

}  // namespace hmr
