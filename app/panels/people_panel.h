// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

class QLabel;
class QListWidget;

namespace hmr {

class Session;

/// Who is in the frame: choose one, delete a box, look for people again.
class PeoplePanel : public QWidget {
    Q_OBJECT
public:
    explicit PeoplePanel(Session& session, QWidget* parent = nullptr);

Q_SIGNALS:
    void drawBoxWanted();
    void deleteWanted();
    void detectWanted();

private:
    void refresh();
    void showSelection();

    Session& session_;
    QListWidget* list_;
    QLabel* nobody_;
};

}  // namespace hmr
