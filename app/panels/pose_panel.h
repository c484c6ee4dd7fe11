// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>
#include <array>
#include <vector>

#include "app/editing/joint_angles.h"

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace hmr {

class Session;
class SliderRow;

/// The 24 joints of the chosen person as a tree, with three angles in degrees for the chosen joint (see joint_angles.h).
class PosePanel : public QWidget {
    Q_OBJECT
public:
    explicit PosePanel(Session& session, QWidget* parent = nullptr);

private:
    void buildTree();
    void refresh();
    void refreshTree();
    void showJoint();
    void setAngle(int axis, double degrees);
    void reset(const std::vector<int>& joints, const QString& text);

    Session& session_;
    QTreeWidget* tree_;
    std::vector<QTreeWidgetItem*> items_;  ///< by joint
    QLabel* title_;
    std::array<SliderRow*, 3> rows_;
    QPushButton *resetJoint_, *resetGroup_, *resetAll_;
    JointAngles angles_ = JointAngles::Zero();  ///< as the sliders stand
    int shownJoint_ = -1, shownPerson_ = -1;
};

}  // namespace hmr
