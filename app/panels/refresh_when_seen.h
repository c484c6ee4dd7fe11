// SPDX-License-Identifier: MIT
#pragma once
#include <QEvent>
#include <QWidget>
#include <functional>
#include <utility>

namespace hmr {

/// Refreshes a panel at once while it can be seen, otherwise when it is shown next: most panels lie behind another's tab, and a video
/// would refresh them at every frame for nobody.
class RefreshWhenSeen : public QObject {
public:
    /// A child of the panel.
    RefreshWhenSeen(QWidget& panel, std::function<void()> refresh) : QObject(&panel), panel_(panel), refresh_(std::move(refresh)) {
        panel_.installEventFilter(this);
    }

    void ask() {
        isDue_ = !panel_.isVisible();
        if (!isDue_) refresh_();
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == &panel_ && event->type() == QEvent::Show && std::exchange(isDue_, false)) refresh_();
        return false;
    }

private:
    QWidget& panel_;
    std::function<void()> refresh_;
    bool isDue_ = true;
};

}  // namespace hmr
