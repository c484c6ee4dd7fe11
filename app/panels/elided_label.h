// SPDX-License-Identifier: MIT
#pragma once
#include <QLabel>

namespace hmr {

/// One line of text that gives way where there is little room: it then ends in "…", and its tool tip shows the whole.
class ElidedLabel : public QLabel {
public:
    /// Room for so many letters is always kept.
    explicit ElidedLabel(int numKeptLetters, QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QString shownText() const;

    int numKeptLetters_;
};

}  // namespace hmr
